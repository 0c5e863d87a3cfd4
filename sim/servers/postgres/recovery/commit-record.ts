import type { Change } from '../storage/change.js';
import { Interval } from '../types/interval.js';
import { Numeric } from '../types/numeric.js';
import type { SqlRow, SqlValue } from '../types/sql-value.js';

/** A value as plain data, which a structured clone keeps. */
export type LoggedValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | { readonly numeric: readonly [digits: bigint, scale: number] }
  | { readonly interval: readonly [months: number, days: number, microseconds: number] }
  | readonly LoggedValue[];

export type LoggedChange =
  | { readonly kind: 'insert' | 'update'; readonly table: number; readonly row: number; readonly values: readonly LoggedValue[] }
  | Exclude<Change, { values: SqlRow }>;

/** What one commit made durable, as plain data: all that `PostgresEngine.replay` needs to do it again. */
export interface CommitRecord {
  readonly transactionId: number;
  readonly changes: readonly LoggedChange[];
}

function toLogged(value: SqlValue): LoggedValue {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Numeric) return { numeric: [value.digits, value.scale] };
  if (value instanceof Interval) return { interval: [value.months, value.days, value.microseconds] };
  return value.map(toLogged);
}

function isList(value: LoggedValue & object): value is readonly LoggedValue[] {
  return Array.isArray(value);
}

export function fromLogged(value: LoggedValue): SqlValue {
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(fromLogged);
  return 'numeric' in value ? new Numeric(...value.numeric) : new Interval(...value.interval);
}

export function commitRecord(transactionId: number, changes: readonly Change[]): CommitRecord {
  const logged = changes.map((change) => ('values' in change ? { ...change, values: change.values.map(toLogged) } : change));
  return { transactionId, changes: logged };
}
