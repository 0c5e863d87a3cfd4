import { refused, type Outcome } from '../base/outcome.js';
import type { Duration } from '../base/time.js';
import type { PostgresOutcome, PostgresRefusal, PostgresSession, PostgresStatement, PostgresValue } from '../ports/postgres.js';

export interface TransactionOptions {
  /** How long each statement waits for its answer. */
  readonly timeout: Duration;
  /** Default: READ COMMITTED. */
  readonly isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
}

/** Runs one statement inside the transaction. */
export type TransactionQuery = (statement: PostgresStatement, params?: readonly PostgresValue[]) => Promise<PostgresOutcome>;

/**
 * Does `work` in one transaction of `session`, and commits it if `work` comes out `ok`; else, or when it throws, rolls back.
 *
 * `unknown` is only said of the COMMIT: what goes unanswered before it loses the session, and the transaction with it. A
 * transaction in which any statement failed cannot be committed, whatever `work` made of that; it is refused with 25P02.
 */
export async function inTransaction<Value, Refusal>(
  session: PostgresSession,
  { timeout, isolation = 'READ COMMITTED' }: TransactionOptions,
  work: (query: TransactionQuery) => Promise<Outcome<Value, Refusal>>,
): Promise<Outcome<Value, Refusal | PostgresRefusal>> {
  const run = (sql: string) => session.query({ name: sql.toLowerCase(), sql }, [], { timeout });
  const begun = await run(`BEGIN ISOLATION LEVEL ${isolation}`);
  // A BEGIN that went unanswered has lost its session.
  if (begun.status !== 'ok') return begun.status === 'unknown' ? LOST : begun;
  let outcome: Outcome<Value, Refusal>;
  try {
    outcome = await work((statement, params = []) => session.query(statement, params, { timeout }));
  } catch (error) {
    await rollBack(session, run);
    throw error;
  }
  if (outcome.status !== 'ok') {
    await rollBack(session, run);
    return outcome.status === 'unknown' ? LOST : outcome;
  }
  const committed = await run('COMMIT');
  if (committed.status !== 'ok') return committed;
  return committed.value.command === 'COMMIT' ? outcome : NOT_COMMITTED;
}

const LOST = Object.freeze(refused<PostgresRefusal>({ reason: 'unavailable', message: 'the connection was lost inside the transaction, before its commit' }));

const NOT_COMMITTED = Object.freeze(
  refused<PostgresRefusal>({ reason: 'error', sqlstate: '25P02', message: 'a statement of the transaction had failed: it was rolled back at its commit' }),
);

/** A session that cannot even roll back is closed: the server then does it. */
async function rollBack(session: PostgresSession, run: (sql: string) => Promise<PostgresOutcome>): Promise<void> {
  const answer = await run('ROLLBACK');
  if (answer.status !== 'ok') session.close();
}
