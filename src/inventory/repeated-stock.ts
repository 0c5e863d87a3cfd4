import { assert } from '../base/assert.js';
import type { FencingToken } from '../base/fencing-token.js';
import { nameText, wholeNumber } from '../base/options.js';
import type { Unknown } from '../base/outcome.js';
import { milliseconds, type Duration } from '../base/time.js';
import type { Unavailable } from '../locks/lock-protocol.js';
import { untilKnown, type AttemptPolicy, type Fate } from '../locks/until-known.js';
import type { Clock } from '../ports/clock.js';
import type { Fenced, Identified, Overwrite, StaleToken, Stock, StockLedger, StockRead, StockRestocked, StockTaken, StockWritten } from './stock.js';

export interface RepeatedStockOptions {
  readonly clock: Clock;
  /** How long the first attempt of a request waits for its answer; further ones wait longer. Default 100 ms. */
  readonly attemptTimeoutMs?: number;
  /** How often an unanswered request is sent, under the same operation id. Default 3. */
  readonly attempts?: number;
}

/** What a store decided about a request, now or when it first saw its operation id. */
export interface Decided {
  readonly status: 'decided';
  /** `moved`, `insufficient`, `conflict`; `read` for a read. */
  readonly verdict: string;
  readonly onHand: number;
  readonly sequence: number;
  readonly repeated: boolean;
}

export type StockAnswer = Decided | StaleToken | Unavailable | Unknown;

/** A request to move stock: by `delta`, or to `onHand` if there are `expected` (or whatever there is, when null). */
export interface Movement {
  readonly operationId: string;
  readonly token: FencingToken | undefined;
  readonly change: { readonly delta: number } | { readonly onHand: number; readonly expected: number | null };
}

/**
 * Stock in a store that answers one request at a time: what all stores have in common. An unanswered request is sent again
 * as it was: its operation id makes that harmless, and gets the first one's answer.
 */
export abstract class RepeatedStock implements Stock {
  readonly #clock: Clock;
  readonly #policy: AttemptPolicy;

  constructor({ clock, attemptTimeoutMs, attempts }: RepeatedStockOptions) {
    this.#clock = clock;
    this.#policy = {
      timeout: milliseconds(wholeNumber('attemptTimeoutMs', attemptTimeoutMs ?? 100, 1)),
      attempts: wholeNumber('attempts', attempts ?? 3, 1, 100),
    };
  }

  async restock(sku: string, quantity: number, { operationId }: Identified): Promise<StockRestocked> {
    const answer = await this.#move(sku, { operationId, token: undefined, change: { delta: wholeNumber('quantity', quantity, 1) } });
    if (answer.status !== 'decided') return notStale(answer);
    assert(answer.verdict === 'moved', `a restock was answered ${answer.verdict}`);
    return { status: 'restocked', ...place(answer) };
  }

  async take(sku: string, quantity: number, { operationId, token }: Identified & Fenced): Promise<StockTaken> {
    return stockTaken(await this.#move(sku, { operationId, token, change: { delta: -wholeNumber('quantity', quantity, 1) } }));
  }

  async read(sku: string, { token }: Fenced = {}): Promise<StockRead> {
    nameText('sku', sku);
    const answer = await this.repeated((timeout) => this.sendRead(sku, token, timeout));
    return answer.status === 'decided' ? { status: 'read', onHand: answer.onHand, sequence: answer.sequence } : answer;
  }

  async write(sku: string, { onHand, expected, operationId, token }: Overwrite & Identified & Fenced): Promise<StockWritten> {
    wholeNumber('onHand', onHand, 0);
    const condition = expected === undefined ? null : wholeNumber('expected', expected, 0);
    const answer = await this.#move(sku, { operationId, token, change: { onHand, expected: condition } });
    if (answer.status !== 'decided') return answer;
    return answer.verdict === 'moved' ? { status: 'written', ...place(answer) } : { status: 'refused', reason: 'conflict', ...place(answer) };
  }

  async ledger(sku: string): Promise<StockLedger> {
    nameText('sku', sku);
    return await this.repeated((timeout) => this.sendLedger(sku, timeout));
  }

  /** Sends a request as often as the policy says, until it is answered. */
  protected repeated<Answer extends Fate>(attempt: (timeout: Duration) => Promise<Answer>): Promise<Answer> {
    return untilKnown(this.#clock, this.#policy, attempt);
  }

  /** One request; idempotent by its operation id. */
  protected abstract sendMovement(sku: string, movement: Movement, timeout: Duration): Promise<StockAnswer>;
  protected abstract sendRead(sku: string, token: FencingToken | undefined, timeout: Duration): Promise<StockAnswer>;
  protected abstract sendLedger(sku: string, timeout: Duration): Promise<StockLedger>;

  #move(sku: string, movement: Movement): Promise<StockAnswer> {
    nameText('sku', sku);
    nameText('operationId', movement.operationId);
    return this.repeated((timeout) => this.sendMovement(sku, movement, timeout));
  }
}

/** What a store decided about a take, in the words of `Stock`. */
export function stockTaken(answer: StockAnswer): StockTaken {
  if (answer.status !== 'decided') return answer;
  return answer.verdict === 'moved' ? { status: 'taken', ...place(answer) } : { status: 'refused', reason: 'insufficient', ...place(answer) };
}

const place = ({ onHand, sequence, repeated }: Decided) => ({ onHand, sequence, repeated });

function notStale(answer: StaleToken | Unavailable | Unknown): Unavailable | Unknown {
  assert(answer.status === 'unknown' || answer.reason === 'unavailable', 'a movement without a token was refused by the fence');
  return answer;
}
