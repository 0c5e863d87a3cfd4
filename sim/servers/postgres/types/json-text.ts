import { SqlError } from '../sql-error.js';

/** A JSON value whose numbers keep their own digits. */
export type JsonValue = null | boolean | string | JsonNumber | JsonValue[] | Map<string, JsonValue>;

/** A number as it was written. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const TOKEN = /\s*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\.)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y;

/** Reads JSON text; throws 22P02 as the server does. */
export function parseJson(text: string): JsonValue {
  const reader = new RegExp(TOKEN);
  const invalid = (): SqlError => new SqlError('22P02', 'invalid input syntax for type json');
  let token: RegExpExecArray | null;
  const next = (): RegExpExecArray => {
    token = reader.exec(text);
    if (token === null) throw invalid();
    return token;
  };
  const value = (at: RegExpExecArray): JsonValue => {
    if (at[2] !== undefined) return unquote(at[2]);
    if (at[3] !== undefined) return new JsonNumber(at[3]);
    if (at[4] !== undefined) return at[4] === 'null' ? null : at[4] === 'true';
    if (at[1] === '[') return list();
    if (at[1] === '{') return object();
    throw invalid();
  };
  const unquote = (quoted: string): string => {
    try {
      return JSON.parse(quoted) as string;
    } catch {
      throw invalid();
    }
  };
  const list = (): JsonValue[] => {
    const items: JsonValue[] = [];
    let at = next();
    if (at[1] === ']') return items;
    for (;;) {
      items.push(value(at));
      at = next();
      if (at[1] === ']') return items;
      if (at[1] !== ',') throw invalid();
      at = next();
    }
  };
  const object = (): Map<string, JsonValue> => {
    const members = new Map<string, JsonValue>();
    let at = next();
    if (at[1] === '}') return members;
    for (;;) {
      if (at[2] === undefined) throw invalid();
      const key = unquote(at[2]);
      if (next()[1] !== ':') throw invalid();
      members.set(key, value(next()));
      at = next();
      if (at[1] === '}') return members;
      if (at[1] !== ',') throw invalid();
      at = next();
    }
  };
  const result = value(next());
  if (text.slice(reader.lastIndex).trim() !== '') throw invalid();
  return result;
}

/** The text of jsonb: keys by length, then by bytes; one space behind colons and commas. */
export function formatJsonb(value: JsonValue): string {
  if (value instanceof JsonNumber) return /[eE]/.test(value.text) ? String(Number(value.text)) : value.text.replace(/^-0$/, '0');
  if (Array.isArray(value)) return `[${value.map(formatJsonb).join(', ')}]`;
  if (value instanceof Map) {
    const members = [...value].sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
    return `{${members.map(([key, item]) => `${JSON.stringify(key)}: ${formatJsonb(item)}`).join(', ')}}`;
  }
  return JSON.stringify(value);
}

/** What `->` (as JSON) finds under a key or an index. */
export function jsonMember(value: JsonValue, key: string | number): JsonValue | undefined {
  if (typeof key === 'number') return Array.isArray(value) ? value[key < 0 ? value.length + key : key] : undefined;
  return value instanceof Map ? value.get(key) : undefined;
}
