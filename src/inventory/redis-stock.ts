import { assert } from '../base/assert.js';
import type { FencingToken } from '../base/fencing-token.js';
import { OptionsError } from '../base/options-error.js';
import { nameText, wholeNumber } from '../base/options.js';
import type { Unknown } from '../base/outcome.js';
import { milliseconds } from '../base/time.js';
import type { Unavailable } from '../locks/lock-protocol.js';
import { replyList, withoutReply } from '../locks/redis-answer.js';
import { untilKnown, type AttemptPolicy } from '../locks/until-known.js';
import type { Clock } from '../ports/clock.js';
import type { RedisPort, RedisReply, RedisScript } from '../ports/redis.js';
import { parseLedgerEntry, type LedgerEntry } from './ledger-entry.js';
import { LEDGER, MOVE, READ, WRITE } from './redis-stock.lua.js';

export interface RedisStockOptions {
  readonly redis: RedisPort;
  readonly clock: Clock;
  /** Goes before every key. Default `holdfast:stock`. */
  readonly prefix?: string;
  /**
   * How long an operation id is remembered, at least. Default one day. It must be longer than anything can still send, or
   * the network still deliver, a request: after it, the same id moves stock again.
   */
  readonly operationRetentionMs?: number;
  /** How long the first attempt of a request waits for its answer; further ones wait longer. Default 100 ms. */
  readonly attemptTimeoutMs?: number;
  /** How often an unanswered request is sent, under the same operation id. Default 3. */
  readonly attempts?: number;
}

/** What every access may carry. */
export interface Fenced {
  /** The lease's token. Absent: no fence is asked, nor raised. */
  readonly token?: FencingToken;
}

/** What every movement carries. */
export interface Identified {
  /** Names one decision of the caller, forever: the same id gets the same answer, whatever it asks. A new try after a refusal needs a new id. */
  readonly operationId: string;
}

/** Sets what is on hand, and says what must be there for that. */
export interface Overwrite {
  readonly onHand: number;
  /** Absent: whatever is there. */
  readonly expected?: number;
}

export type StockRead = { readonly status: 'read'; readonly onHand: number; readonly sequence: number } | StaleToken | Unavailable | Unknown;

/** `repeated`: an earlier request with this id got this answer, and this one changed nothing. `onHand` is what it was then. */
export type StockTaken =
  | { readonly status: 'taken'; readonly onHand: number; readonly sequence: number; readonly repeated: boolean }
  | { readonly status: 'refused'; readonly reason: 'insufficient'; readonly onHand: number; readonly sequence: number; readonly repeated: boolean }
  | StaleToken
  | Unavailable
  | Unknown;

export type StockRestocked =
  { readonly status: 'restocked'; readonly onHand: number; readonly sequence: number; readonly repeated: boolean } | Unavailable | Unknown;

export type StockWritten =
  | { readonly status: 'written'; readonly onHand: number; readonly sequence: number; readonly repeated: boolean }
  /** There were not `expected` units on hand, but `onHand`. */
  | { readonly status: 'refused'; readonly reason: 'conflict'; readonly onHand: number; readonly sequence: number; readonly repeated: boolean }
  | StaleToken
  | Unavailable
  | Unknown;

/** The stock has seen a newer token: a younger lease has been here. Stays so for this token, for ever. */
export interface StaleToken {
  readonly status: 'refused';
  readonly reason: 'stale-token';
}

export type StockLedger = { readonly status: 'read'; readonly onHand: number; readonly entries: readonly LedgerEntry[] } | Unavailable | Unknown;

interface Decided {
  readonly status: 'decided';
  readonly verdict: string;
  readonly onHand: number;
  readonly sequence: number;
  readonly repeated: boolean;
}

/**
 * Units on hand, in Redis. Every movement is one script that looks at the operation id, checks the fence, decides and moves
 * stock together with its ledger entry: right without any lock, and right when it is sent twice. A lock in front of it buys
 * order, and the fence makes the holder's own order binding.
 *
 * A sku that was never stocked has 0 on hand. `sequence` is the place of an access (a movement, a remembered refusal, a read
 * with a token) in the order in which this sku saw them; a read without a token tells the place of the last one. All keys of
 * a sku share a hash tag. This Redis must be durable (AOF): it holds the truth about stock.
 */
export class RedisStock {
  readonly #redis: RedisPort;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #retentionMs: string;
  readonly #policy: AttemptPolicy;

  constructor(options: RedisStockOptions) {
    this.#redis = options.redis;
    this.#clock = options.clock;
    this.#prefix = nameText('prefix', options.prefix ?? 'holdfast:stock');
    this.#retentionMs = String(wholeNumber('operationRetentionMs', options.operationRetentionMs ?? 86_400_000, 1000));
    this.#policy = {
      timeout: milliseconds(wholeNumber('attemptTimeoutMs', options.attemptTimeoutMs ?? 100, 1)),
      attempts: wholeNumber('attempts', options.attempts ?? 3, 1, 100),
    };
  }

  /** The key of the units on hand, a decimal string. For reports; changing it leaves the ledger behind. */
  onHandKey(sku: string): string {
    return this.#key(sku, 'on-hand');
  }

  /** Adds `quantity` units. */
  async restock(sku: string, quantity: number, { operationId }: Identified): Promise<StockRestocked> {
    const answer = await this.#move(sku, wholeNumber('quantity', quantity, 1), operationId, undefined);
    if (answer.status !== 'decided') return notStale(answer);
    assert(answer.verdict === 'moved', `a restock was answered ${answer.verdict}`);
    return { status: 'restocked', ...place(answer) };
  }

  /** Takes `quantity` units if there are as many: the hot path, one conditional statement. */
  async take(sku: string, quantity: number, { operationId, token }: Identified & Fenced): Promise<StockTaken> {
    const answer = await this.#move(sku, -wholeNumber('quantity', quantity, 1), operationId, token);
    if (answer.status !== 'decided') return answer;
    return answer.verdict === 'moved' ? { status: 'taken', ...place(answer) } : { status: 'refused', reason: 'insufficient', ...place(answer) };
  }

  /** Reads the units on hand. With a token this opens a read-decide-write section: it raises the fence, so that no older holder's write can land in it. */
  async read(sku: string, { token }: Fenced = {}): Promise<StockRead> {
    const keys = [this.onHandKey(sku), this.#key(sku, 'access')];
    const answer = await this.#ask(READ, keys, [tokenText(token)]);
    return answer.status === 'decided' ? { status: 'read', onHand: answer.onHand, sequence: answer.sequence } : answer;
  }

  /** Sets the units on hand, for the end of a read-decide-write section; with `expected`, only if that many are there. */
  async write(sku: string, { onHand, expected, operationId, token }: Overwrite & Identified & Fenced): Promise<StockWritten> {
    wholeNumber('onHand', onHand, 0);
    const condition = expected === undefined ? '' : String(wholeNumber('expected', expected, 0));
    const args = [operationId, tokenText(token), this.#retentionMs, String(onHand), condition];
    const answer = await this.#ask(WRITE, this.#movementKeys(sku, operationId), args);
    if (answer.status !== 'decided') return answer;
    return answer.verdict === 'moved' ? { status: 'written', ...place(answer) } : { status: 'refused', reason: 'conflict', ...place(answer) };
  }

  /** All movements, oldest first, and what is on hand by them, as of one moment. */
  async ledger(sku: string): Promise<StockLedger> {
    const keys = [this.onHandKey(sku), this.#key(sku, 'ledger')];
    return await untilKnown(this.#clock, this.#policy, async (timeout): Promise<StockLedger> => {
      const answer = await this.#redis.eval(LEDGER, keys, [], { timeout });
      if (answer.status !== 'ok') return withoutReply(answer);
      const [onHand, ...entries] = replyList(answer.value);
      return { status: 'read', onHand: Number(onHand), entries: entries.map(parseLedgerEntry) };
    });
  }

  #move(sku: string, delta: number, operationId: string, token: FencingToken | undefined) {
    return this.#ask(MOVE, this.#movementKeys(sku, operationId), [operationId, tokenText(token), this.#retentionMs, String(delta)]);
  }

  /** An unanswered request is sent again as it was: its operation id makes that harmless, and gets the first one's answer. */
  #ask(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<Decided | StaleToken | Unavailable | Unknown> {
    return untilKnown(this.#clock, this.#policy, async (timeout): Promise<Decided | StaleToken | Unavailable | Unknown> => {
      const answer = await this.#redis.eval(script, keys, args, { timeout });
      return answer.status === 'ok' ? decided(answer.value) : withoutReply(answer);
    });
  }

  #movementKeys(sku: string, operationId: string): readonly string[] {
    nameText('operationId', operationId);
    return [this.onHandKey(sku), this.#key(sku, 'access'), this.#key(sku, 'ledger'), this.#key(sku, `operation:${operationId}`)];
  }

  #key(sku: string, part: string): string {
    nameText('sku', sku);
    if (sku.startsWith('}')) throw new OptionsError(`sku must not begin with "}" (its Redis hash tag would be empty); got ${JSON.stringify(sku)}`);
    return `${this.#prefix}:{${sku}}:${part}`;
  }
}

function decided(reply: RedisReply): Decided | StaleToken {
  const [verdict, onHand, sequence, time] = replyList(reply);
  if (verdict === 'stale-token') return { status: 'refused', reason: 'stale-token' };
  assert(typeof verdict === 'string' && typeof onHand === 'string' && typeof sequence === 'string', `a stock script answered ${JSON.stringify(reply)}`);
  return { status: 'decided', verdict, onHand: Number(onHand), sequence: Number(sequence), repeated: time === 'repeated' };
}

const place = ({ onHand, sequence, repeated }: Decided) => ({ onHand, sequence, repeated });

const tokenText = (token: FencingToken | undefined): string => (token === undefined ? '' : String(token));

function notStale(answer: StaleToken | Unavailable | Unknown): Unavailable | Unknown {
  assert(answer.status === 'unknown' || answer.reason === 'unavailable', 'a movement without a token was refused by the fence');
  return answer;
}
