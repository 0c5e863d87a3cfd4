import { wholeNumber } from '../base/options.js';
import { milliseconds } from '../base/time.js';
import type { PostgresPort } from '../ports/postgres.js';
import { withoutResult } from './postgres-answer.js';
import { leaseStatements } from './postgres-lease-lock.sql.js';
import { postgresTables } from './postgres-tables.js';

export interface SweepOptions {
  readonly postgres: PostgresPort;
  readonly prefix?: string;
  /** How long a lease must have been over. Default one hour. */
  readonly olderThanMs?: number;
  /** Default 10 s. */
  readonly timeoutMs?: number;
}

/** Deletes the rows of keys that nobody has used for long: every key that was ever locked leaves one. Call it now and then. */
export async function sweepPostgresLeases({ postgres, prefix, olderThanMs, timeoutMs }: SweepOptions): Promise<PostgresSweep> {
  const age = milliseconds(wholeNumber('olderThanMs', olderThanMs ?? 3_600_000, 1000));
  const timeout = milliseconds(wholeNumber('timeoutMs', timeoutMs ?? 10_000, 1));
  const answer = await postgres.query(leaseStatements(postgresTables(prefix)).sweep, [String(age)], { timeout });
  return answer.status === 'ok' ? { status: 'swept', rows: answer.value.rowCount } : withoutResult(answer);
}

export type PostgresSweep = { readonly status: 'swept'; readonly rows: number } | ReturnType<typeof withoutResult>;
