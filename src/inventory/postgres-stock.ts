import { assert } from '../base/assert.js';
import { parseFencingToken, type FencingToken } from '../base/fencing-token.js';
import { wholeNumber } from '../base/options.js';
import { milliseconds, type Duration } from '../base/time.js';
import { withoutResult } from '../locks/postgres-answer.js';
import type { PostgresSweep, SweepOptions } from '../locks/postgres-lease-lock.js';
import { postgresTables } from '../locks/postgres-tables.js';
import type { PostgresPort, PostgresRow, PostgresStatement, PostgresValue } from '../ports/postgres.js';
import type { LedgerEntry } from './ledger-entry.js';
import { stockStatements, type StockStatements } from './postgres-stock.sql.js';
import { RepeatedStock, type Decided, type Movement, type RepeatedStockOptions, type StockAnswer } from './repeated-stock.js';
import type { StaleToken, StockLedger } from './stock.js';

export interface PostgresStockOptions extends RepeatedStockOptions {
  readonly postgres: PostgresPort;
  /** Goes before the names of the tables. Default `holdfast`. */
  readonly prefix?: string;
}

/** Another request with the same operation id was booked first. */
const UNIQUE_VIOLATION = '23505';

/** A sku may have to be opened, and a request of the same id may come first: each once. */
const ROUNDS = 3;

/**
 * Units on hand, in PostgreSQL. Every movement is one conditional statement that looks at the operation id, checks the fence,
 * decides and moves stock together with its ledger entry: right without any lock, and right when it is sent twice. Made for
 * READ COMMITTED, the server's default; at stricter levels it is refused (40001) and repeated where it would have waited.
 *
 * A sku that was never stocked has 0 on hand. `sequence` is the place of an access (a movement, a remembered refusal, a read
 * with a token) in the order in which this sku saw them; a read without a token tells the place of the last one. Operation
 * ids of movements are remembered for as long as the ledger, those of refusals until `sweepPostgresRefusals`.
 */
export class PostgresStock extends RepeatedStock {
  readonly #postgres: PostgresPort;
  readonly #statements: StockStatements;

  constructor(options: PostgresStockOptions) {
    super(options);
    this.#postgres = options.postgres;
    this.#statements = stockStatements(postgresTables(options.prefix));
  }

  protected sendMovement(sku: string, { operationId, token, change }: Movement, timeout: Duration): Promise<StockAnswer> {
    const params = [sku, operationId, textOf(token)];
    return 'delta' in change
      ? this.#decide(this.#statements.move, [...params, String(change.delta)], timeout)
      : this.#decide(this.#statements.write, [...params, String(change.onHand), textOf(change.expected)], timeout);
  }

  protected async sendRead(sku: string, token: FencingToken | undefined, timeout: Duration): Promise<StockAnswer> {
    if (token !== undefined) return await this.#decide(this.#statements.fencedRead, [sku, String(token)], timeout);
    const answer = await this.#postgres.query(this.#statements.read, [sku], { timeout });
    return answer.status === 'ok' ? decided(answer.value.rows[0] ?? ['read', '0', '0']) : withoutResult(answer);
  }

  protected async sendLedger(sku: string, timeout: Duration): Promise<StockLedger> {
    const answer = await this.#postgres.query(this.#statements.ledger, [sku], { timeout });
    if (answer.status !== 'ok') return withoutResult(answer);
    const { rows } = answer.value;
    // A sku without movements is one row of nulls.
    const entries = rows.filter(([, sequence]) => sequence !== null).map(ledgerEntry);
    return { status: 'read', onHand: Number(rows[0]?.[0] ?? 0), entries };
  }

  async #decide(statement: PostgresStatement, params: readonly PostgresValue[], timeout: Duration): Promise<StockAnswer> {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const answer = await this.#postgres.query(statement, params, { timeout });
      const cameSecond = answer.status === 'refused' && answer.refusal.reason === 'error' && answer.refusal.sqlstate === UNIQUE_VIOLATION;
      if (cameSecond) continue;
      if (answer.status !== 'ok') return withoutResult(answer);
      const row = answer.value.rows[0];
      if (row !== undefined) return decided(row);
      const opened = await this.#postgres.query(this.#statements.open, params.slice(0, 1), { timeout });
      if (opened.status !== 'ok') return withoutResult(opened);
    }
    return { status: 'refused', reason: 'unavailable', message: `${statement.name} did not come to its row`, transient: true };
  }
}

/** Deletes refusals that nobody can repeat any more: choose `olderThanMs` longer than anything can still send, or the network still deliver, a request. */
export async function sweepPostgresRefusals({ postgres, prefix, olderThanMs, timeoutMs }: SweepOptions): Promise<PostgresSweep> {
  const age = milliseconds(wholeNumber('olderThanMs', olderThanMs ?? 86_400_000, 1000));
  const timeout = milliseconds(wholeNumber('timeoutMs', timeoutMs ?? 10_000, 1));
  const answer = await postgres.query(stockStatements(postgresTables(prefix)).sweep, [String(age)], { timeout });
  return answer.status === 'ok' ? { status: 'swept', rows: answer.value.rowCount } : withoutResult(answer);
}

function decided(row: PostgresRow): Decided | StaleToken {
  const [verdict, onHand, sequence, time] = row;
  if (verdict === 'stale-token') return { status: 'refused', reason: 'stale-token' };
  assert(typeof verdict === 'string' && typeof onHand === 'string' && typeof sequence === 'string', `a stock statement answered ${JSON.stringify(row)}`);
  return { status: 'decided', verdict, onHand: Number(onHand), sequence: Number(sequence), repeated: time === 'repeated' };
}

function ledgerEntry(row: PostgresRow): LedgerEntry {
  const [, sequence, delta, onHand, token, operationId] = row;
  assert(typeof operationId === 'string', `not a ledger entry: ${JSON.stringify(row)}`);
  const ofToken = typeof token === 'string' ? parseFencingToken(token) : null;
  return { operationId, delta: Number(delta), token: ofToken, onHand: Number(onHand), sequence: Number(sequence) };
}

const textOf = (value: bigint | number | null | undefined): PostgresValue => (value === null || value === undefined ? null : String(value));
