import { parseFencingToken, type FencingToken } from '../base/fencing-token.js';
import { nameText, wholeNumber } from '../base/options.js';
import { ok, refused, type Outcome } from '../base/outcome.js';
import { milliseconds } from '../base/time.js';
import type { PostgresOutcome, PostgresPort, PostgresRefusal } from '../ports/postgres.js';
import { rowLockStatements } from './postgres-row-lock.sql.js';
import { postgresTables } from './postgres-tables.js';
import type { TransactionQuery } from './postgres-transaction.js';

export interface LockRowOptions {
  /** Goes before the names of the tables. Default `holdfast`. */
  readonly prefix?: string;
  /**
   * When another transaction has the row. `wait` (the default): for its end, or the session's `lock_timeout`. `nowait`:
   * refused as `held`; the transaction can only be rolled back. `skip`: refused as `held`; the transaction goes on.
   */
  readonly whenLocked?: 'wait' | 'nowait' | 'skip';
}

export interface RowHeld {
  readonly reason: 'held';
  readonly key: string;
}

/**
 * Locks the row of `key` until the caller's own transaction ends, and gives its fencing token: larger than all before, even
 * when those were rolled back. What the transaction itself writes needs no token: it is undone if the lock is lost.
 *
 * For transactions at READ COMMITTED (P3): at REPEATABLE READ, what is read after the lock is as old as the first statement. A key
 * without a row gets one here, in the caller's transaction: a lock on nothing would lock nothing (P6). Others who make the same
 * row wait for its end, whatever they chose; `makeLockRows` beforehand spares them that.
 */
export async function lockRow(query: TransactionQuery, key: string, options: LockRowOptions = {}): Promise<Outcome<FencingToken, RowHeld | PostgresRefusal>> {
  const { prefix, whenLocked = 'wait' } = options;
  const statements = rowLockStatements(postgresTables(prefix));
  const ask = async (): Promise<FencingToken | null | Exclude<PostgresOutcome, { readonly status: 'ok' }>> => {
    const answer = await query(statements[whenLocked], [key]);
    if (answer.status !== 'ok') return answer;
    const token = answer.value.rows[0]?.[2];
    return token === undefined || token === null ? null : parseFencingToken(token);
  };
  const held = refused<RowHeld>({ reason: 'held', key });
  nameText('key', key);
  let locked = await ask();
  if (locked === null) {
    const seen = await query(statements.look, [key]);
    if (seen.status !== 'ok') return seen;
    if (seen.value.rowCount > 0) return held; // skipped
    const made = await query(statements.make, [key]);
    if (made.status !== 'ok') return made;
    locked = await ask();
  }
  if (typeof locked === 'bigint') return ok(locked);
  if (locked === null) return whenLocked === 'skip' ? held : TOO_LATE;
  const isHeld = whenLocked === 'nowait' && locked.status === 'refused' && locked.refusal.reason === 'error' && locked.refusal.sqlstate === '55P03';
  return isHeld ? held : locked;
}

/**
 * Locks the rows of several keys, each once, in one order for everybody (that of their UTF-16 units): transactions that lock
 * what they need by one call of this cannot wait for each other in a circle (P7). Gives the token of each. After a refusal,
 * those before it stay locked until the transaction ends.
 */
export async function lockRows(
  query: TransactionQuery,
  keys: readonly string[],
  options: LockRowOptions = {},
): Promise<Outcome<ReadonlyMap<string, FencingToken>, RowHeld | PostgresRefusal>> {
  const tokens = new Map<string, FencingToken>();
  for (const key of [...new Set(keys)].sort()) {
    const locked = await lockRow(query, key, options);
    if (locked.status !== 'ok') return locked;
    tokens.set(key, locked.value);
  }
  return ok(tokens);
}

export interface MakeLockRowsOptions {
  readonly postgres: PostgresPort;
  readonly prefix?: string;
  /** How long each may take. Default 10 s. */
  readonly timeoutMs?: number;
}

/** Makes the rows of these keys where they are absent. Harmless when they are there. */
export async function makeLockRows(keys: readonly string[], { postgres, prefix, timeoutMs }: MakeLockRowsOptions): Promise<Outcome<number, PostgresRefusal>> {
  const timeout = milliseconds(wholeNumber('timeoutMs', timeoutMs ?? 10_000, 1));
  const { make } = rowLockStatements(postgresTables(prefix));
  let rows = 0;
  for (const key of [...new Set(keys)].sort()) {
    const made = await postgres.query(make, [nameText('key', key)], { timeout });
    if (made.status !== 'ok') return made;
    rows += made.value.rowCount;
  }
  return ok(rows);
}

// What made the row was committed after the caller's snapshot was taken.
const TOO_LATE = Object.freeze(
  refused<PostgresRefusal>({ reason: 'error', sqlstate: '40001', message: 'the row was made after this transaction began: run it again, at READ COMMITTED' }),
);
