import { assert } from '../base/assert.js';
import type { FencingToken } from '../base/fencing-token.js';
import { OptionsError } from '../base/options-error.js';
import { nameText, wholeNumber } from '../base/options.js';
import type { Duration } from '../base/time.js';
import { replyList, withoutReply } from '../locks/redis-answer.js';
import type { RedisPort, RedisReply, RedisScript } from '../ports/redis.js';
import { parseLedgerEntry } from './ledger-entry.js';
import { LEDGER, MOVE, READ, WRITE } from './redis-stock.lua.js';
import { RepeatedStock, type Decided, type Movement, type RepeatedStockOptions, type StockAnswer } from './repeated-stock.js';
import type { StaleToken, StockLedger } from './stock.js';

export interface RedisStockOptions extends RepeatedStockOptions {
  readonly redis: RedisPort;
  /** Goes before every key. Default `holdfast:stock`. */
  readonly prefix?: string;
  /**
   * How long an operation id is remembered, at least. Default one day. It must be longer than anything can still send, or
   * the network still deliver, a request: after it, the same id moves stock again.
   */
  readonly operationRetentionMs?: number;
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
export class RedisStock extends RepeatedStock {
  readonly #redis: RedisPort;
  readonly #prefix: string;
  readonly #retentionMs: string;

  constructor(options: RedisStockOptions) {
    super(options);
    this.#redis = options.redis;
    this.#prefix = nameText('prefix', options.prefix ?? 'holdfast:stock');
    this.#retentionMs = String(wholeNumber('operationRetentionMs', options.operationRetentionMs ?? 86_400_000, 1000));
  }

  /** The key of the units on hand, a decimal string. For reports; changing it leaves the ledger behind. */
  onHandKey(sku: string): string {
    return this.#key(sku, 'on-hand');
  }

  protected async sendMovement(sku: string, { operationId, token, change }: Movement, timeout: Duration): Promise<StockAnswer> {
    const keys = [this.onHandKey(sku), this.#key(sku, 'access'), this.#key(sku, 'ledger'), this.#key(sku, `operation:${operationId}`)];
    const args = [operationId, tokenText(token), this.#retentionMs];
    return 'delta' in change
      ? await this.#ask(MOVE, keys, [...args, String(change.delta)], timeout)
      : await this.#ask(WRITE, keys, [...args, String(change.onHand), String(change.expected ?? '')], timeout);
  }

  protected sendRead(sku: string, token: FencingToken | undefined, timeout: Duration): Promise<StockAnswer> {
    return this.#ask(READ, [this.onHandKey(sku), this.#key(sku, 'access')], [tokenText(token)], timeout);
  }

  protected async sendLedger(sku: string, timeout: Duration): Promise<StockLedger> {
    const answer = await this.#redis.eval(LEDGER, [this.onHandKey(sku), this.#key(sku, 'ledger')], [], { timeout });
    if (answer.status !== 'ok') return withoutReply(answer);
    const [onHand, ...entries] = replyList(answer.value);
    return { status: 'read', onHand: Number(onHand), entries: entries.map(parseLedgerEntry) };
  }

  async #ask(script: RedisScript, keys: readonly string[], args: readonly string[], timeout: Duration): Promise<StockAnswer> {
    const answer = await this.#redis.eval(script, keys, args, { timeout });
    return answer.status === 'ok' ? decided(answer.value) : withoutReply(answer);
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

const tokenText = (token: FencingToken | undefined): string => (token === undefined ? '' : String(token));
