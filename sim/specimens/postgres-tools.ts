import { milliseconds } from 'holdfast';
import type { PostgresPort, PostgresRow, PostgresSession, PostgresValue } from 'holdfast/postgres';
import { makePostgresTables } from 'holdfast/sim';

/** How a statement of a specimen is sent: one timeout for all. */
const patiently = { timeout: milliseconds(1000) };

/** A statement that failed, or whose fate nobody knows. */
export class StatementLost extends Error {}

export type Sql = (sql: string, ...params: readonly PostgresValue[]) => Promise<Answered>;

export interface Answered {
  readonly rows: readonly PostgresRow[];
  readonly count: number;
}

/** Statements that throw when there is no answer, as those of most clients do. */
export const sqlOf =
  (on: Pick<PostgresPort & PostgresSession, 'query'>): Sql =>
  async (sql, ...params) => {
    const answer = await on.query({ name: 'specimen', sql }, params, patiently);
    if (answer.status !== 'ok') throw new StatementLost(sql);
    return { rows: answer.value.rows, count: answer.value.rowCount };
  };

/** Runs `work` between BEGIN and COMMIT in a session of its own; 'unknown' when anything in it was lost. */
export async function transaction<Value>(postgres: PostgresPort, begin: string, work: (sql: Sql) => Promise<Value>): Promise<Value | 'unknown'> {
  const session = await postgres.session();
  const sql = sqlOf(session);
  try {
    await sql(begin);
    const value = await work(sql);
    await sql('COMMIT');
    return value;
  } catch (error) {
    if (error instanceof StatementLost) return 'unknown';
    throw error;
  } finally {
    session.close();
  }
}

/** Our tables, for specimens that sell from our stock by statements of their own; and theirs. */
export async function tables(postgres: PostgresPort, ...theirs: readonly string[]): Promise<void> {
  await makePostgresTables(postgres);
  for (const sql of theirs) await sqlOf(postgres)(sql);
}

/** For sales that bring their own protection: no lock around them. */
export const NO_LOCK = { acquire: async () => ({ status: 'granted' as const, lease: { release: async () => undefined } }) };

/** Reservations beside the stock, whose units on hand do not change with them. */
export const RESERVATIONS = 'CREATE TABLE reservations (sku text NOT NULL, quantity bigint NOT NULL)';

export async function unreserved(postgres: PostgresPort, sku: string): Promise<number | null> {
  const reserved = 'SELECT coalesce(sum(quantity), 0) FROM reservations WHERE sku = $1';
  try {
    const { rows } = await sqlOf(postgres)(`SELECT on_hand - (${reserved}) FROM holdfast_stock WHERE sku = $1`, sku);
    return Number(rows[0]?.[0]);
  } catch {
    return null;
  }
}
