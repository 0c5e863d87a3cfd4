import { unsupported } from '../sql-error.js';
import { Numeric } from '../types/numeric.js';
import { arrayTypeOf, BOOL, fitBigint, FLOAT8, INT2, INT4, INT8, NUMERIC, type SqlType, TEXT } from '../types/sql-type.js';
import type { SqlValue } from '../types/sql-value.js';
import { castTo, decided } from './casts.js';
import type { Expression } from './expression.js';

/** One aggregate of a query: folds the values of a group. Nulls are left out before, but for `keepsNulls`. */
export interface Aggregate {
  readonly type: SqlType;
  readonly args: readonly Expression[];
  readonly filter: Expression | undefined;
  readonly isDistinct: boolean;
  readonly order: readonly SortKey[];
  readonly keepsNulls: boolean;
  readonly fold: (rows: readonly (readonly SqlValue[])[]) => SqlValue;
}

export interface SortKey {
  readonly by: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export const AGGREGATE_NAMES: ReadonlySet<string> = new Set(['count', 'sum', 'min', 'max', 'avg', 'bool_and', 'bool_or', 'every', 'array_agg', 'string_agg']);

type Folding = Pick<Aggregate, 'type' | 'args' | 'keepsNulls' | 'fold'>;

function toNumeric(value: SqlValue | undefined): Numeric {
  return value instanceof Numeric ? value : new Numeric(BigInt(value as bigint | number), 0);
}

function sum(arg: Expression): Folding {
  const { type } = arg;
  const shared = { args: [arg], keepsNulls: false };
  if (type === INT2 || type === INT4) {
    return {
      ...shared,
      type: INT8,
      fold: (rows) => (rows.length === 0 ? null : fitBigint(rows.reduce((total, [value]) => total + BigInt(value as number), 0n))),
    };
  }
  if (type === FLOAT8) return { ...shared, type, fold: (rows) => (rows.length === 0 ? null : rows.reduce((total, [value]) => total + (value as number), 0)) };
  return {
    ...shared,
    type: NUMERIC,
    fold: (rows) => (rows.length === 0 ? null : rows.reduce((total, [value]) => total.add(toNumeric(value)), new Numeric(0n, 0))),
  };
}

function average(arg: Expression): Folding {
  const total = sum(arg);
  if (arg.type === FLOAT8) return { ...total, fold: (rows) => (rows.length === 0 ? null : (total.fold(rows) as number) / rows.length) };
  return { ...total, type: NUMERIC, fold: (rows) => (rows.length === 0 ? null : toNumeric(total.fold(rows)).divide(new Numeric(BigInt(rows.length), 0))) };
}

function extreme(arg: Expression, sign: 1 | -1): Folding {
  const compare = (a: SqlValue, b: SqlValue): number => arg.type.compare(a, b);
  const fold: Folding['fold'] = (rows) => {
    let best: SqlValue = null;
    for (const [value = null] of rows) if (best === null || (value !== null && sign * compare(value, best) > 0)) best = value;
    return best;
  };
  return { type: arg.type, args: [arg], keepsNulls: false, fold };
}

function logical(name: string, arg: Expression): Folding {
  const isOr = name === 'bool_or';
  const fold: Folding['fold'] = (rows) => (rows.length === 0 ? null : rows.some(([value]) => value === isOr) === isOr);
  return { type: BOOL, args: [arg], keepsNulls: false, fold };
}

/** How an aggregate folds, by name and arguments. */
export function folding(name: string, given: readonly Expression[], isStar: boolean): Folding {
  if (name === 'count' && isStar) return { type: INT8, args: [], keepsNulls: true, fold: (rows) => BigInt(rows.length) };
  const args = given.map(decided);
  const [arg, second] = args;
  const known = `${name}(${args.map(({ type }) => type.name).join(', ')})`;
  if (arg === undefined || (args.length > 1 && name !== 'string_agg')) throw unsupported(`the aggregate ${known}`);
  if (name === 'count') return { type: INT8, args, keepsNulls: false, fold: (rows) => BigInt(rows.length) };
  if ((name === 'sum' || name === 'avg') && arg.type.category === 'number') return name === 'sum' ? sum(arg) : average(arg);
  if ((name === 'min' || name === 'max') && ['number', 'string', 'time', 'interval'].includes(arg.type.category)) return extreme(arg, name === 'max' ? 1 : -1);
  if (['bool_and', 'bool_or', 'every'].includes(name) && arg.type === BOOL) return logical(name, arg);
  const array = arrayTypeOf(arg.type);
  if (name === 'array_agg' && array !== undefined) {
    return { type: array, args, keepsNulls: true, fold: (rows) => (rows.length === 0 ? null : rows.map(([value = null]) => value)) };
  }
  if (name === 'string_agg' && arg.type.category === 'string' && second !== undefined) {
    const separator = castTo(second, TEXT, 'implicit') ?? second;
    const fold: Folding['fold'] = (rows) =>
      rows.length === 0 ? null : rows.map(([value, between], at) => `${at === 0 ? '' : String(between)}${String(value)}`).join('');
    return { type: TEXT, args: [arg, separator], keepsNulls: false, fold };
  }
  throw unsupported(`the aggregate ${known}`);
}
