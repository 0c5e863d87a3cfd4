import { outOfRange, SqlError } from '../sql-error.js';
import { Interval } from './interval.js';
import { formatJsonb, parseJson } from './json-text.js';
import { Numeric } from './numeric.js';
import type { SqlValue } from './sql-value.js';
import { DAY_US, formatDate, formatTimestamp, parseTimestamp } from './timestamp.js';

export type TypeCategory = 'number' | 'string' | 'boolean' | 'time' | 'interval' | 'array' | 'other' | 'unknown';

/** A type of SQL: how its values are read, written, compared and told apart. */
export interface SqlType {
  readonly oid: number;
  /** As error messages name it. */
  readonly name: string;
  /** As the parser and `::` name it, and as a column without a name is called after a cast. */
  readonly shortName: string;
  readonly category: TypeCategory;
  /** Among numbers and among times: who is promoted to whom. */
  readonly rank: number;
  readonly element?: SqlType;
  parse(text: string): SqlValue;
  format(value: SqlValue): string;
  /** Never called with nulls. */
  compare(a: SqlValue, b: SqlValue): number;
  /** Equal for equal values, for hashing. Never called with null. */
  key(value: SqlValue): string | number | bigint;
}

function invalid(type: string, text: string): SqlError {
  return new SqlError('22P02', `invalid input syntax for type ${type}: "${text}"`);
}

const plain = (a: SqlValue, b: SqlValue): number => ((a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0);
const self = (value: SqlValue): string | number | bigint => value as string | number | bigint;
const text = (value: SqlValue): string => String(value);

function defined(given: Partial<SqlType> & Pick<SqlType, 'oid' | 'name' | 'shortName' | 'category' | 'parse'>): SqlType {
  return { rank: 0, format: text, compare: plain, key: self, ...given };
}

function integer(oid: number, name: string, shortName: string, rank: number, bits: bigint): SqlType {
  const limit = 1n << (bits - 1n);
  const parse = (given: string): SqlValue => {
    if (!/^\s*[+-]?\d+\s*$/.test(given)) throw invalid(name, given);
    const value = BigInt(given.trim().replace(/^\+/, ''));
    if (value >= limit || value < -limit) throw new SqlError('22003', `value "${given}" is out of range for type ${name}`);
    return bits === 64n ? value : Number(value);
  };
  return defined({ oid, name, shortName, category: 'number', rank, parse });
}

function parseFloat8(given: string): number {
  const word = given.trim().toLowerCase();
  const value = word === 'infinity' || word === 'inf' ? Infinity : word === '-infinity' || word === '-inf' ? -Infinity : Number(word);
  if (word === '' || (Number.isNaN(value) && word !== 'nan')) throw invalid('double precision', given);
  return value;
}

function formatFloat8(value: SqlValue): string {
  const shown = String(value);
  return shown.replace(/e([+-])(\d)$/, 'e$10$2');
}

function parseBoolean(given: string): boolean {
  const word = given.trim().toLowerCase();
  if (word !== '' && ('true'.startsWith(word) || 'yes'.startsWith(word) || word === 'on' || word === '1')) return true;
  if (word !== '' && ('false'.startsWith(word) || 'no'.startsWith(word) || word === 'off' || word === 'of' || word === '0')) return false;
  throw invalid('boolean', given);
}

function timeType(oid: number, name: string, shortName: string, rank: number, suffix: string): SqlType {
  return defined({
    oid,
    name,
    shortName,
    category: 'time',
    rank,
    parse(given) {
      const value = parseTimestamp(given);
      if (value === undefined) throw new SqlError('22007', `invalid input syntax for type ${name}: "${given}"`);
      return shortName === 'date' && Number.isFinite(value) ? Math.floor(value / DAY_US) * DAY_US : value;
    },
    format: (value) => (shortName === 'date' ? formatDate(value as number) : formatTimestamp(value as number) + (Number.isFinite(value) ? suffix : '')),
  });
}

function parseUuid(given: string): string {
  const digits = given.trim().replace(/[{}-]/g, '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(digits)) throw invalid('uuid', given);
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export const BOOL = defined({
  oid: 16,
  name: 'boolean',
  shortName: 'bool',
  category: 'boolean',
  parse: parseBoolean,
  format: (value) => (value === true ? 't' : 'f'),
  key: String,
});
export const INT2 = integer(21, 'smallint', 'int2', 1, 16n);
export const INT4 = integer(23, 'integer', 'int4', 2, 32n);
export const INT8 = integer(20, 'bigint', 'int8', 3, 64n);
export const OID = defined({
  oid: 26,
  name: 'oid',
  shortName: 'oid',
  category: 'number',
  rank: 3.5,
  parse(given) {
    if (!/^\s*\d+\s*$/.test(given)) throw invalid('oid', given);
    const value = Number(given);
    if (value > 0xffff_ffff) throw new SqlError('22003', `value "${given}" is out of range for type oid`);
    return value;
  },
});
export const NUMERIC = defined({
  oid: 1700,
  name: 'numeric',
  shortName: 'numeric',
  category: 'number',
  rank: 4,
  parse(given) {
    const value = Numeric.parse(given);
    if (value === undefined) throw invalid('numeric', given);
    return value;
  },
  compare: (a, b) => (a as Numeric).compare(b as Numeric),
  key: (value) => (value as Numeric).key,
  format: (value) => (value as Numeric).toString(),
});
export const FLOAT8 = defined({
  oid: 701,
  name: 'double precision',
  shortName: 'float8',
  category: 'number',
  rank: 6,
  parse: parseFloat8,
  format: formatFloat8,
});
export const TEXT = defined({ oid: 25, name: 'text', shortName: 'text', category: 'string', rank: 2, parse: (given) => given });
export const VARCHAR = defined({ oid: 1043, name: 'character varying', shortName: 'varchar', category: 'string', rank: 1, parse: (given) => given });
export const UNKNOWN = defined({ oid: 705, name: 'unknown', shortName: 'unknown', category: 'unknown', parse: (given) => given });
export const VOID = defined({ oid: 2278, name: 'void', shortName: 'void', category: 'other', parse: () => '', format: () => '' });
export const DATE = timeType(1082, 'date', 'date', 1, '');
export const TIMESTAMP = timeType(1114, 'timestamp without time zone', 'timestamp', 2, '');
export const TIMESTAMPTZ = timeType(1184, 'timestamp with time zone', 'timestamptz', 3, '+00');
export const INTERVAL = defined({
  oid: 1186,
  name: 'interval',
  shortName: 'interval',
  category: 'interval',
  parse(given) {
    const value = Interval.parse(given);
    if (value === undefined) throw new SqlError('22007', `invalid input syntax for type interval: "${given}"`);
    return value;
  },
  compare: (a, b) => (a as Interval).length - (b as Interval).length,
  key: (value) => (value as Interval).length,
  format: (value) => (value as Interval).toString(),
});
export const UUID = defined({ oid: 2950, name: 'uuid', shortName: 'uuid', category: 'other', parse: parseUuid });
export const JSON_TEXT = defined({
  oid: 114,
  name: 'json',
  shortName: 'json',
  category: 'other',
  parse(given) {
    parseJson(given);
    return given;
  },
});
export const JSONB = defined({ oid: 3802, name: 'jsonb', shortName: 'jsonb', category: 'other', parse: (given) => formatJsonb(parseJson(given)) });

/** Elements of an array's text, `{a,"b c",NULL}`; one dimension only. */
function arrayItems(given: string): (string | null)[] {
  const body = /^\s*\{(.*)\}\s*$/s.exec(given)?.[1];
  if (body === undefined) throw new SqlError('22P02', `malformed array literal: "${given}"`);
  if (body.trim() === '') return [];
  const items: (string | null)[] = [];
  const reader = /\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}]*?))\s*(,|$)/gsy;
  for (;;) {
    const match = reader.exec(body);
    if (match === null) throw new SqlError('22P02', `malformed array literal: "${given}"`);
    if (match[1] !== undefined) items.push(match[1].replace(/\\(.)/gs, '$1'));
    else if (match[2] === '') throw new SqlError('22P02', `malformed array literal: "${given}"`);
    else items.push(match[2]?.toUpperCase() === 'NULL' ? null : (match[2] ?? null));
    if (match[3] === '') return items;
  }
}

function arrayOf(oid: number, element: SqlType): SqlType {
  const items = (value: SqlValue): readonly SqlValue[] => value as readonly SqlValue[];
  const quoted = (shown: string): string =>
    shown === '' || /[\s{}",\\]/.test(shown) || shown.toUpperCase() === 'NULL' ? `"${shown.replace(/["\\]/g, '\\$&')}"` : shown;
  return defined({
    oid,
    name: `${element.name}[]`,
    shortName: `_${element.shortName}`,
    category: 'array',
    element,
    parse: (given) => arrayItems(given).map((item) => (item === null ? null : element.parse(item))),
    format: (value) =>
      `{${items(value)
        .map((item) => (item === null ? 'NULL' : quoted(element.format(item))))
        .join(',')}}`,
    compare(a, b) {
      const [left, right] = [items(a), items(b)];
      for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
        const [x = null, y = null] = [left[index], right[index]];
        const order = x === null || y === null ? Number(x === null) - Number(y === null) : element.compare(x, y);
        if (order !== 0) return order;
      }
      return left.length - right.length;
    },
    key: (value) => JSON.stringify(items(value).map((item) => (item === null ? null : String(element.key(item))))),
  });
}

const ARRAYS = [
  ...[arrayOf(1000, BOOL), arrayOf(1005, INT2), arrayOf(1007, INT4), arrayOf(1016, INT8), arrayOf(1231, NUMERIC), arrayOf(1022, FLOAT8)],
  ...[arrayOf(1009, TEXT), arrayOf(1015, VARCHAR), arrayOf(2951, UUID), arrayOf(1185, TIMESTAMPTZ), arrayOf(3807, JSONB)],
];
const SCALARS = [BOOL, OID, INT2, INT4, INT8, NUMERIC, FLOAT8, TEXT, VARCHAR, DATE, TIMESTAMP, TIMESTAMPTZ, INTERVAL, UUID, JSON_TEXT, JSONB, VOID];
/** All that there are. */
export const TYPES: readonly SqlType[] = [...SCALARS, ...ARRAYS];
const BY_NAME: ReadonlyMap<string, SqlType> = new Map(TYPES.map((type) => [type.shortName, type]));
const BY_ELEMENT: ReadonlyMap<SqlType, SqlType> = new Map(ARRAYS.flatMap((type) => (type.element === undefined ? [] : [[type.element, type] as const])));

const BY_OID: ReadonlyMap<number, SqlType> = new Map([...SCALARS, ...ARRAYS].map((type) => [type.oid, type]));

export function typeWithOid(oid: number): SqlType | undefined {
  return BY_OID.get(oid);
}

export function typeNamed(name: string): SqlType | undefined {
  if (name === 'regclass' || name === 'name' || name === 'cstring') return TEXT;
  return BY_NAME.get(name);
}

export function arrayTypeOf(element: SqlType): SqlType | undefined {
  return BY_ELEMENT.get(element);
}

/** A whole number back into the type that it must fit. */
export function fitInteger(value: number, type: SqlType): number {
  const limit = type === INT2 ? 32_767 : 2_147_483_647;
  if (value > limit || value < -limit - 1) throw outOfRange(type.name);
  return value;
}

export function fitBigint(value: bigint): bigint {
  if (value > 9_223_372_036_854_775_807n || value < -9_223_372_036_854_775_808n) throw outOfRange('bigint');
  return value;
}
