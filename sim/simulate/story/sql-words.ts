import { cut, oneLine } from './words.js';

/** What a PostgreSQL server answered to a statement. */
export type SqlReply =
  | { readonly error: { readonly code: string; readonly message: string } }
  | {
      /** As `psql` shows it: `UPDATE 1`. */
      readonly tag: string;
      readonly fields: readonly string[];
      readonly rows: readonly (readonly (string | null)[])[];
    };

const LONGEST_STATEMENT = 150;
const LONGEST_REPLY = 80;

/** The statement on one line, its parameters put in. */
export function sqlInWords({ sql, params }: { readonly sql: string; readonly params: readonly (string | null)[] }): string {
  const filled = sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\d+)/g, (found, number: string | undefined) => {
    const value = number === undefined ? undefined : params[Number(number) - 1];
    return value === undefined ? found : shownValue(value);
  });
  return cut(oneLine(filled).trim(), LONGEST_STATEMENT);
}

export function sqlReplyInWords(reply: SqlReply): string {
  if ('error' in reply) return oneLine(`error ${reply.error.code}: ${cut(reply.error.message, 100)}`);
  const { tag, fields, rows } = reply;
  if (fields.length === 0) return tag === '' ? 'nothing' : tag;
  const shown = rows.length === 0 ? 'no rows' : `${rows.length === 1 ? '' : `${rows.length} rows: `}${rowsInWords(fields, rows)}`;
  return cut(/^(?:SELECT|FETCH|SHOW)|^$/.test(tag) ? shown : `${tag}: ${shown}`, LONGEST_REPLY);
}

/** `sku = 'book', quantity = 3; sku = ...` */
export const rowsInWords = (fields: readonly string[], rows: readonly (readonly (string | null)[])[]): string =>
  rows.map((row) => fields.map((name, at) => `${name} = ${shownValue(row[at] ?? null)}`).join(', ')).join('; ');

/** A value as one would write it in SQL; what is long is cut. */
export function shownValue(value: string | null): string {
  if (value === null) return 'NULL';
  return /^-?\d+(\.\d+)?$/.test(value) ? value : `'${cut(oneLine(value), 40).replaceAll("'", "''")}'`;
}
