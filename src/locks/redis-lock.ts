import { assert } from '../base/assert.js';
import { parseFencingToken } from '../base/fencing-token.js';
import { nameText, wholeNumber } from '../base/options.js';
import { milliseconds, toMilliseconds, type Duration, type Instant } from '../base/time.js';
import type { Clock } from '../ports/clock.js';
import type { RedisPort } from '../ports/redis.js';
import type { Envelope } from './envelope.js';
import { localEnd } from './local-end.js';
import type { AcquireReply, AcquireRequest, ExtendReply, ExtendRequest, LockProtocol, ReleaseReply, ReleaseRequest } from './lock-protocol.js';
import { replyList, withoutReply } from './redis-answer.js';
import { redisLockKeys } from './redis-lock-keys.js';
import { ACQUIRE, EXTEND, RELEASE } from './redis-lock.lua.js';

/**
 * A lease lock on one Redis (5 or later), each move one script, so atomic.
 *
 * 1. ACQUIRE: if the lock key is absent, take the next token from the fence key, store { owner, token } and let it expire
 *    after ttl, by the server's clock. If it holds this very owner, an earlier request of the same acquisition succeeded
 *    and only its reply was lost: same token, and at least a whole ttl again. If it is another's: say whose and how long.
 * 2. The lease ends, for its holder, one ttl after the request that won was *sent*, less the margin for drift: sooner
 *    than the key, which began its ttl after that.
 * 3. EXTEND: only if owner and token are still there. The key's life never gets shorter: a delayed duplicate of a
 *    shorter request would else end it under a holder who counts on the longer one.
 * 4. RELEASE: compare the owner, then delete, in one step; and note the owner beside the fence, so that a delayed
 *    duplicate of its acquire finds that note and does not take the free key for nobody.
 * 5. Tokens: max(last + 1, server time in microseconds). The fence key lives for a bounded time after the last grant
 *    (counters must not pile up); it may go, because by then the time is past every token that it ever gave.
 *
 * Envelope: `redisLockEnvelope`. What breaks outside: the server's clock steps forward, or memory is lost and the server is
 * back within a ttl, or an asynchronous replica without the key takes over: two leases overlap (a fence at the resource
 * still orders them). The clock steps back across a loss of memory: tokens repeat. A party's clock drifts by more than
 * `maxClockDriftPpm`: a lease may outlive its key.
 */
export function redisLock(options: RedisLockOptions): LockProtocol {
  return new RedisLock(options);
}

/** What `redisLock` assumes unless told otherwise. */
export const redisLockEnvelope: Envelope = Object.freeze({
  faults: [
    'delay',
    'stall',
    'reset',
    'one-way-partition',
    'partial-partition',
    'reply-lost',
    'crash',
    'restart',
    'flush',
    'pause',
    'clock-skew',
    'clock-drift',
  ],
  bounds: { clockDriftPpm: 20_000, memoryLossDowntimeTtls: 1 },
  inWords:
    'One Redis that keeps its memory over a restart, or stays down for at least a whole ttl after losing it; clocks that drift by ' +
    'at most 2 % and never step; clients and networks may fail in any way.',
} as const);

export interface RedisLockOptions {
  readonly redis: RedisPort;
  readonly clock: Clock;
  /** Goes before every key. Default `holdfast`. */
  readonly prefix?: string;
  /** How far the clock of any party may run fast or slow, in parts per million. Default 20,000; at most 200,000. */
  readonly maxClockDriftPpm?: number;
  /** How long the last token and the last release are remembered after use. Default one hour. */
  readonly fenceRetentionMs?: number;
}

class RedisLock implements LockProtocol {
  readonly name = 'redis';
  readonly assumes: Envelope;
  readonly #redis: RedisPort;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #driftPpm: number;
  readonly #fenceLife: string;

  constructor(options: RedisLockOptions) {
    this.#redis = options.redis;
    this.#clock = options.clock;
    this.#prefix = nameText('prefix', options.prefix ?? 'holdfast');
    this.#driftPpm = wholeNumber('maxClockDriftPpm', options.maxClockDriftPpm ?? redisLockEnvelope.bounds.clockDriftPpm, 0, 200_000);
    this.#fenceLife = String(wholeNumber('fenceRetentionMs', options.fenceRetentionMs ?? 3_600_000, 1000));
    this.assumes = { ...redisLockEnvelope, bounds: { ...redisLockEnvelope.bounds, clockDriftPpm: this.#driftPpm } };
  }

  async acquire({ key, owner, ttl, timeout }: AcquireRequest): Promise<AcquireReply> {
    const keys = redisLockKeys(this.#prefix, key);
    // Move 2: validity counts from here. Counted from the reply it would outlive the key by the way back.
    const sent = this.#clock.now();
    const answer = await this.#redis.eval(ACQUIRE, [keys.lock, keys.fence], [owner, inMs(ttl), this.#fenceLife], { timeout });
    if (answer.status !== 'ok') return withoutReply(answer);
    const [verdict, value, remaining] = replyList(answer.value);
    if (verdict === 'granted' && typeof value === 'string') {
      return { status: 'granted', token: parseFencingToken(value), expiresAt: this.#localEnd(sent, ttl) };
    }
    if (verdict === 'held' && typeof value === 'string' && typeof remaining === 'number') {
      return { status: 'refused', reason: 'held', holder: value, remaining: milliseconds(Math.max(0, remaining)) };
    }
    assert(verdict === 'released', `lock-acquire answered ${JSON.stringify(answer.value)}`);
    return { status: 'refused', reason: 'released' };
  }

  async extend({ key, owner, token, ttl, timeout }: ExtendRequest): Promise<ExtendReply> {
    const sent = this.#clock.now();
    const answer = await this.#redis.eval(EXTEND, [redisLockKeys(this.#prefix, key).lock], [owner, String(token), inMs(ttl)], { timeout });
    if (answer.status !== 'ok') return withoutReply(answer);
    return answer.value === 'extended' ? { status: 'extended', expiresAt: this.#localEnd(sent, ttl) } : { status: 'lost' };
  }

  async release({ key, owner, timeout }: ReleaseRequest): Promise<ReleaseReply> {
    const keys = redisLockKeys(this.#prefix, key);
    const answer = await this.#redis.eval(RELEASE, [keys.lock, keys.fence], [owner, this.#fenceLife], { timeout });
    if (answer.status !== 'ok') return withoutReply(answer);
    return { status: answer.value === 'released' ? 'released' : 'lost' };
  }

  #localEnd(sent: Instant, ttl: Duration): Instant {
    return localEnd(sent, ttl, this.#driftPpm);
  }
}

const inMs = (length: Duration): string => String(Math.floor(toMilliseconds(length)));
