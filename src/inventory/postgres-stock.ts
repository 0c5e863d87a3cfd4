import type { FencingToken } from '../base/fencing-token.js';
import { nameText, wholeNumber } from '../base/options.js';
import { ok, type Ok, type Unknown } from '../base/outcome.js';
import { milliseconds, type Duration } from '../base/time.js';
import type { Unavailable } from '../locks/lock-protocol.js';
import { withoutResult } from '../locks/postgres-answer.js';
import type { PostgresSweep, SweepOptions } from '../locks/postgres-lease-sweep.js';
import { postgresTables } from '../locks/postgres-tables.js';
import type { PostgresPort, PostgresRow, PostgresStatement, PostgresValue } from '../ports/postgres.js';
import type { BasketStock, BasketTaken } from './basket.js';
import { inLockOrder, type BasketLine } from './lock-order.js';
import { postgresArray } from './postgres-array.js';
import { basketStatement } from './postgres-basket.sql.js';
import { basketTaken, cameSecond, decidedRow, ledgerEntry, valueText } from './postgres-stock-row.js';
import { stockTable, type ShopStockTable, type StockTable } from './postgres-stock-table.js';
import { stockStatements, sweepStatement, type StockStatements } from './postgres-stock.sql.js';
import { RepeatedStock, type Movement, type RepeatedStockOptions, type StockAnswer } from './repeated-stock.js';
import type { Identified, StockLedger } from './stock.js';

export interface PostgresStockOptions extends RepeatedStockOptions {
  readonly postgres: PostgresPort;
  /** Goes before the names of our tables. Default `holdfast`. */
  readonly prefix?: string;
  /** The shop's own table of stock, if it shall stay where it is. Default: ours, where a sku without a row has 0 on hand. */
  readonly stockTable?: ShopStockTable;
}

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
export class PostgresStock extends RepeatedStock implements BasketStock {
  protected readonly postgres: PostgresPort;
  protected readonly table: StockTable;
  readonly #statements: StockStatements;
  readonly #basket: PostgresStatement;

  constructor(options: PostgresStockOptions) {
    super(options);
    this.postgres = options.postgres;
    this.table = stockTable(postgresTables(options.prefix), options.stockTable);
    this.#statements = stockStatements(this.table);
    this.#basket = basketStatement(this.table);
  }

  async takeAll(lines: readonly BasketLine[], { operationId }: Identified): Promise<BasketTaken> {
    const ordered = inLockOrder(lines);
    nameText('operationId', operationId);
    const skus = ordered.map(({ sku }) => sku);
    const columns = [skus, ordered.map(({ quantity }) => quantity), ordered.map(({ token }) => token ?? null)];
    const params = [...columns.map(postgresArray), operationId];
    return await this.repeated(async (timeout) => {
      const answer = await this.rowsOf(this.#basket, params, skus, timeout);
      return answer.status === 'ok' ? basketTaken(answer.value) : answer;
    });
  }

  protected sendMovement(sku: string, { operationId, token, change }: Movement, timeout: Duration): Promise<StockAnswer> {
    const params = [sku, operationId, valueText(token)];
    return 'delta' in change
      ? this.#decide(this.#statements.move, [...params, String(change.delta)], sku, timeout)
      : this.#decide(this.#statements.write, [...params, String(change.onHand), valueText(change.expected)], sku, timeout);
  }

  protected async sendRead(sku: string, token: FencingToken | undefined, timeout: Duration): Promise<StockAnswer> {
    if (token !== undefined) return await this.#decide(this.#statements.fencedRead, [sku, String(token)], sku, timeout);
    const answer = await this.postgres.query(this.#statements.read, [sku], { timeout });
    return answer.status === 'ok' ? decidedRow(answer.value.rows[0] ?? ['read', '0', '0']) : withoutResult(answer);
  }

  protected async sendLedger(sku: string, timeout: Duration): Promise<StockLedger> {
    const answer = await this.postgres.query(this.#statements.ledger, [sku], { timeout });
    if (answer.status !== 'ok') return withoutResult(answer);
    const { rows } = answer.value;
    // A sku without movements is one row of nulls.
    const entries = rows.filter(([, sequence]) => sequence !== null).map(ledgerEntry);
    return { status: 'read', onHand: Number(rows[0]?.[0] ?? 0), entries };
  }

  /** The rows of a statement that decides, of which there is at least one when these skus have rows: makes those that are missing. */
  protected async rowsOf(
    statement: PostgresStatement,
    params: readonly PostgresValue[],
    skus: readonly string[],
    timeout: Duration,
  ): Promise<Ok<readonly PostgresRow[]> | Unavailable | Unknown> {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const answer = await this.postgres.query(statement, params, { timeout });
      if (cameSecond(answer)) continue;
      if (answer.status !== 'ok') return withoutResult(answer);
      if (answer.value.rows.length > 0) return ok(answer.value.rows);
      const trouble = await this.open(skus, timeout);
      if (trouble !== null) return trouble;
    }
    return { status: 'refused', reason: 'unavailable', message: `${statement.name} did not come to its row`, transient: true };
  }

  /** Makes rows for skus that have none; null when they are there. */
  protected async open(skus: readonly string[], timeout: Duration): Promise<Unavailable | Unknown | null> {
    if (this.#statements.open === null) {
      const message = `${this.table.name} has no row for ${skus.length === 1 ? '' : 'one of '}${skus.map((sku) => JSON.stringify(sku)).join(', ')}: the shop makes them`;
      return { status: 'refused', reason: 'unavailable', message, transient: false };
    }
    const opened = await this.postgres.query(this.#statements.open, [postgresArray(skus)], { timeout });
    return opened.status === 'ok' ? null : withoutResult(opened);
  }

  async #decide(statement: PostgresStatement, params: readonly PostgresValue[], sku: string, timeout: Duration): Promise<StockAnswer> {
    const answer = await this.rowsOf(statement, params, [sku], timeout);
    return answer.status === 'ok' ? decidedRow(answer.value[0] ?? []) : answer;
  }
}

/** Deletes refusals that nobody can repeat any more: choose `olderThanMs` longer than anything can still send, or the network still deliver, a request. */
export async function sweepPostgresRefusals({ postgres, prefix, olderThanMs, timeoutMs }: SweepOptions): Promise<PostgresSweep> {
  const age = milliseconds(wholeNumber('olderThanMs', olderThanMs ?? 86_400_000, 1000));
  const timeout = milliseconds(wholeNumber('timeoutMs', timeoutMs ?? 10_000, 1));
  const answer = await postgres.query(sweepStatement(postgresTables(prefix)), [String(age)], { timeout });
  return answer.status === 'ok' ? { status: 'swept', rows: answer.value.rowCount } : withoutResult(answer);
}
