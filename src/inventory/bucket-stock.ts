import type { FencingToken } from '../base/fencing-token.js';
import { wholeNumber } from '../base/options.js';
import type { Duration } from '../base/time.js';
import { withoutResult } from '../locks/postgres-answer.js';
import { postgresTables } from '../locks/postgres-tables.js';
import type { PostgresPort, PostgresStatement, PostgresValue } from '../ports/postgres.js';
import type { Random } from '../ports/random.js';
import { bucketStatements, type BucketStatements } from './bucket-stock.sql.js';
import { cameSecond, decidedRow, ledgerEntry, valueText } from './postgres-stock-row.js';
import { RepeatedStock, type Movement, type RepeatedStockOptions, type StockAnswer } from './repeated-stock.js';
import type { StockLedger } from './stock.js';

export interface BucketStockOptions extends RepeatedStockOptions {
  readonly postgres: PostgresPort;
  /** Where a take begins to look for a free bucket. */
  readonly random: Random;
  /** Goes before the names of the tables. Default `holdfast`. */
  readonly prefix?: string;
  /** How many rows a sku gets when it is first stocked. As many as takes shall run at once. Default 16. */
  readonly buckets?: number;
}

/** A sku may have to be opened, and a request of the same id may come first: each once. */
const ROUNDS = 3;

/** What a take from one bucket says when it decided nothing. */
const UNDECIDED: ReadonlySet<string> = new Set(['busy', 'scattered']);

/**
 * Stock of hot items, split over several rows, so that takes in different rows do not wait for each other, nor for each
 * other's flush at the commit. A sku is kept either so, or in one row by `PostgresStock`; they share the ledger, not the stock.
 *
 * 1. A take tries any free bucket that has as many, beginning at a random one.  2. When those are all taken, it waits for the
 * one it began at.  3. When that has too few, or no bucket has as many though all together have, it locks all of them, decides
 * on their sum, and spreads what is left evenly. Restocks and writes always do that, and so does whatever has a token: the
 * fence is on all buckets, and only who has locked all of them can say that it is respected.
 *
 * It promises what the other forms do: the sum of the buckets is the sum of the ledger, none is ever below 0, and a take is only
 * refused when there was too little in all buckets together, at one instant while it was asked. Of the answers, `onHand` is what
 * was there at such an instant as far as the statement could see: exact when nobody else moves. `sequence` grows with every
 * access and may leave out numbers; a ledger in its order is one in which it could have happened.
 */
export class BucketStock extends RepeatedStock {
  readonly #postgres: PostgresPort;
  readonly #random: Random;
  readonly #buckets: number;
  readonly #sql: BucketStatements;

  constructor(options: BucketStockOptions) {
    super(options);
    this.#postgres = options.postgres;
    this.#random = options.random;
    this.#buckets = wholeNumber('buckets', options.buckets ?? 16, 1, 1000);
    this.#sql = bucketStatements(postgresTables(options.prefix));
  }

  protected async sendMovement(sku: string, { operationId, token, change }: Movement, timeout: Duration): Promise<StockAnswer> {
    const params = [sku, operationId];
    if ('onHand' in change) return await this.#ask(this.#sql.write, [...params, valueText(token), String(change.onHand), valueText(change.expected)], timeout);
    if (change.delta < 0 && token === undefined) {
      const own = String(this.#random.integer(this.#buckets));
      for (const statement of [this.#sql.takeFree, this.#sql.takeOwn]) {
        const answer = await this.#ask(statement, [...params, String(-change.delta), own], timeout);
        if (answer.status !== 'decided' || !UNDECIDED.has(answer.verdict)) return answer;
        if (answer.verdict === 'scattered') break;
      }
    }
    return await this.#ask(this.#sql.move, [...params, valueText(token), String(change.delta)], timeout);
  }

  protected async sendRead(sku: string, token: FencingToken | undefined, timeout: Duration): Promise<StockAnswer> {
    return token === undefined ? await this.#ask(this.#sql.read, [sku], timeout) : await this.#ask(this.#sql.fencedRead, [sku, String(token)], timeout);
  }

  protected async sendLedger(sku: string, timeout: Duration): Promise<StockLedger> {
    const answer = await this.#postgres.query(this.#sql.ledger, [sku], { timeout });
    if (answer.status !== 'ok') return withoutResult(answer);
    const { rows } = answer.value;
    let onHand = 0;
    // What was booked as on hand after each is what could be seen then; in this order it is exact.
    const entries = rows
      .filter(([, sequence]) => sequence !== null)
      .map(ledgerEntry)
      .map((entry) => ({ ...entry, onHand: (onHand += entry.delta) }));
    return { status: 'read', onHand: Number(rows[0]?.[0] ?? 0), entries };
  }

  async #ask(statement: PostgresStatement, params: readonly PostgresValue[], timeout: Duration): Promise<StockAnswer> {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const answer = await this.#postgres.query(statement, params, { timeout });
      if (cameSecond(answer)) continue;
      if (answer.status !== 'ok') return withoutResult(answer);
      const row = answer.value.rows[0];
      if (row !== undefined) return decidedRow(row);
      const opened = await this.#postgres.query(this.#sql.open, [params[0] ?? null, String(this.#buckets)], { timeout });
      if (opened.status !== 'ok') return withoutResult(opened);
    }
    return { status: 'refused', reason: 'unavailable', message: `${statement.name} did not come to its rows`, transient: true };
  }
}
