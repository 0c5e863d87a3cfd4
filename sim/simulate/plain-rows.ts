import type { PostgresResult } from '../servers/postgres/postgres-answer.js';
import { UserInputError } from '../user-input-error.js';
import type { PostgresCell, PostgresRow } from './simulated-world.js';

const BOOL = 16;
const WHOLE: ReadonlySet<number> = new Set([20, 21, 23, 26]);
const FLOATING: ReadonlySet<number> = new Set([700, 701]);

/** Rows as a test looks at them: whole and floating numbers, true and false as they are in JavaScript, all else as text. */
export function plainRows({ fields, rows }: PostgresResult): readonly PostgresRow[] {
  return rows.map((row) => Object.fromEntries(fields.map(({ name, typeOid }, at) => [name, plain(row[at] ?? null, typeOid, name)])));
}

function plain(text: string | null, typeOid: number, column: string): PostgresCell {
  if (text === null) return null;
  if (typeOid === BOOL) return text === 't';
  if (FLOATING.has(typeOid)) return Number(text);
  if (!WHOLE.has(typeOid)) return text;
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  throw new UserInputError(`${column} is ${text}, more than a JavaScript number can tell: select it as ${column}::text`);
}
