import { assert } from '../base/assert.js';
import type { FencingToken } from '../base/fencing-token.js';
import { nameText, wholeNumber } from '../base/options.js';
import type { Unknown } from '../base/outcome.js';
import type { Duration } from '../base/time.js';
import type { Unavailable } from '../locks/lock-protocol.js';
import type { PostgresRow, PostgresStatement } from '../ports/postgres.js';
import { Coalescer } from './coalescer.js';
import { coalescedStatement } from './coalesced-batch.sql.js';
import { postgresArray } from './postgres-array.js';
import { PostgresStock, type PostgresStockOptions } from './postgres-stock.js';
import { decidedRow, valueText } from './postgres-stock-row.js';
import { stockTaken, type StockAnswer } from './repeated-stock.js';
import type { Fenced, Identified, StockTaken } from './stock.js';

export interface CoalescedPostgresStockOptions extends PostgresStockOptions {
  /** How many takes go together in one statement, at most. Default 128. */
  readonly maxBatch?: number;
  /** How many takes of one sku wait for their batch, at most; more are refused as `unavailable`. Default 10,000. */
  readonly maxWaiting?: number;
}

interface Take {
  readonly quantity: number;
  readonly operationId: string;
  readonly token: FencingToken | undefined;
}

type BatchAnswer = { readonly status: 'answered'; readonly answers: ReadonlyMap<Take, StockAnswer> } | Unavailable | Unknown;

/** A batch that decides nothing has met a token that came while it waited: the next one sees it. */
const FRUITLESS_ROUNDS = 5;

/**
 * Stock whose takes share statements: one sku has one statement on its way, and whoever asks meanwhile goes with the next.
 * They share the lock of the row and the flush at the commit, which is what bounds a hot row, and nothing else: each take is
 * decided by itself, in the order of asking, has its own answer, its own ledger entry and its own operation id.
 *
 * A statement that goes unanswered is sent again, and finds what it did; if that too stays unanswered, each of its takes is
 * `unknown`, and may be repeated by itself. Its tables, and all but `take`, are those of `PostgresStock`, and both may be used
 * side by side, in as many processes as you like.
 */
export class CoalescedPostgresStock extends PostgresStock {
  readonly #statement: PostgresStatement;
  readonly #coalescer: Coalescer<Take, StockAnswer>;

  constructor(options: CoalescedPostgresStockOptions) {
    super(options);
    this.#statement = coalescedStatement(this.table);
    const maxWaiting = wholeNumber('maxWaiting', options.maxWaiting ?? 10_000, 1);
    this.#coalescer = new Coalescer({
      maxBatch: wholeNumber('maxBatch', options.maxBatch ?? 128, 1, 1000),
      maxWaiting,
      full: { status: 'refused', reason: 'unavailable', message: `${maxWaiting} takes of this sku are waiting already`, transient: true },
      joins,
      send: (sku, batch) => this.#send(sku, batch),
    });
  }

  override async take(sku: string, quantity: number, { operationId, token }: Identified & Fenced): Promise<StockTaken> {
    nameText('sku', sku);
    nameText('operationId', operationId);
    return stockTaken(await this.#coalescer.ask(sku, { quantity: wholeNumber('quantity', quantity, 1), operationId, token }));
  }

  async #send(sku: string, batch: readonly Take[]): Promise<ReadonlyMap<Take, StockAnswer>> {
    for (let round = 1; round <= FRUITLESS_ROUNDS; round += 1) {
      const answer = await this.repeated((timeout) => this.#sendOnce(sku, batch, timeout));
      if (answer.status !== 'answered') return new Map(batch.map((take) => [take, answer]));
      if (answer.answers.size > 0) return answer.answers;
    }
    const message = `${this.#statement.name} found a newer token each time`;
    return new Map(batch.map((take) => [take, { status: 'refused', reason: 'unavailable', message, transient: true }]));
  }

  async #sendOnce(sku: string, batch: readonly Take[], timeout: Duration): Promise<BatchAnswer> {
    let sum = 0;
    const sums = batch.map(({ quantity }) => (sum += quantity));
    const tokens = batch.flatMap(({ token }) => token ?? []);
    // In a batch tokens only grow.
    const params = [
      ...[sku, postgresArray(batch.map(({ operationId }) => operationId)), postgresArray(batch.map(({ quantity }) => quantity))],
      ...[postgresArray(sums), postgresArray(batch.map(({ token }) => token ?? null)), valueText(tokens[0]), valueText(tokens.at(-1))],
    ];
    const answer = await this.rowsOf(this.#statement, params, [sku], timeout);
    return answer.status === 'ok' ? { status: 'answered', answers: answersOf(batch, answer.value) } : answer;
  }
}

/** One id goes once, its repeat after it; an older token than those before it would be refused, and is for the next batch to refuse. */
function joins(batch: readonly Take[], { operationId, token, quantity }: Take): boolean {
  const isOlder = (other: Take): boolean => other.token !== undefined && token !== undefined && token < other.token;
  const sum = batch.reduce((total, other) => total + other.quantity, quantity);
  return Number.isSafeInteger(sum) && !batch.some((other) => other.operationId === operationId || isOlder(other));
}

function answersOf(batch: readonly Take[], rows: readonly PostgresRow[]): ReadonlyMap<Take, StockAnswer> {
  const byId = new Map(batch.map((take) => [take.operationId, take]));
  const answers = new Map<Take, StockAnswer>();
  for (const row of rows) {
    const answer = decidedRow(row);
    if (answer.status === 'decided') {
      const take = byId.get(row[4] ?? '');
      assert(take !== undefined, `a batch was answered for ${JSON.stringify(row[4])}, which is not in it`);
      answers.set(take, answer);
    } else {
      const seen = BigInt(row[1] ?? 0);
      for (const take of batch) if (take.token !== undefined && take.token < seen) answers.set(take, answer);
    }
  }
  return answers;
}
