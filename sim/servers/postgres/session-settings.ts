import { SqlError, unsupported } from './sql-error.js';
import type { Transaction } from './storage/transaction.js';

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATIONS: ReadonlySet<string> = new Set([
  'lock_timeout',
  'statement_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'deadlock_timeout',
]);
const DEFAULTS: Readonly<Record<string, string>> = {
  lock_timeout: '0',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  deadlock_timeout: '1s',
  application_name: '',
  client_encoding: 'UTF8',
  client_min_messages: 'notice',
  datestyle: 'ISO, MDY',
  default_transaction_deferrable: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  extra_float_digits: '1',
  intervalstyle: 'postgres',
  is_superuser: 'on',
  search_path: '"$user", public',
  server_encoding: 'UTF8',
  server_version: '15.0',
  server_version_num: '150000',
  session_authorization: 'postgres',
  standard_conforming_strings: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
};
/** Settings on which results depend here: they may be set to nothing else. */
const FIXED: ReadonlySet<string> = new Set(['client_encoding', 'datestyle', 'intervalstyle', 'search_path', 'standard_conforming_strings', 'timezone']);

function milliseconds(name: string, text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/.exec(text);
  const unit = match?.[2] === '' ? 1 : UNITS[match?.[2] ?? ''];
  if (match === null || unit === undefined) throw new SqlError('22023', `invalid value for parameter "${name}": "${text}"`);
  return Math.round(Number(match[1]) * unit);
}

function durationText(length: number): string {
  if (length === 0) return '0';
  const unit = ['d', 'h', 'min', 's'].find((name) => length % (UNITS[name] ?? 1) === 0) ?? 'ms';
  return `${length / (UNITS[unit] ?? 1)}${unit}`;
}

/** SET, SHOW and what they mean: a change lasts for the session unless it was LOCAL or its transaction is undone. */
export class SessionSettings {
  readonly #values = new Map<string, string>();

  get(name: string): string | undefined {
    const key = name.toLowerCase();
    return this.#values.get(key) ?? DEFAULTS[key];
  }

  /** A length of time, in microseconds. */
  microseconds(name: string): number {
    return milliseconds(name, this.get(name) ?? '0') * 1000;
  }

  /** Undefined: back to the default. */
  set(name: string, value: string | undefined, isLocal: boolean, transaction: Transaction): void {
    const key = name.toLowerCase();
    if (!(key in DEFAULTS) && !key.includes('.')) throw new SqlError('42704', `unrecognized configuration parameter "${name}"`);
    if (value !== undefined && FIXED.has(key) && value.toLowerCase() !== DEFAULTS[key]?.toLowerCase() && !(key === 'search_path' && value === 'public')) {
      throw unsupported(`${name} = ${value}`);
    }
    const before = this.#values.get(key);
    const shown = value !== undefined && DURATIONS.has(key) ? durationText(milliseconds(key, value)) : value;
    this.#write(key, shown);
    const undo = (): void => this.#write(key, before);
    transaction.did({ commit: isLocal ? undo : () => undefined, abort: undo });
  }

  reset(transaction: Transaction): void {
    for (const key of this.#values.keys()) this.set(key, undefined, false, transaction);
  }

  #write(key: string, value: string | undefined): void {
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, value);
  }
}
