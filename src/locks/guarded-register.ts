import { assert } from '../base/assert.js';
import type { FencingToken } from '../base/fencing-token.js';
import { nameText, wholeNumber } from '../base/options.js';
import type { Unknown } from '../base/outcome.js';
import { milliseconds, type Duration } from '../base/time.js';
import type { RedisPort, RedisScript } from '../ports/redis.js';
import { NEXT_NUMBER_LUA } from './fencing.lua.js';
import type { Unavailable } from './lock-protocol.js';
import { replyList, withoutReply } from './redis-answer.js';
import { redisLockKeys } from './redis-lock-keys.js';

/** KEYS: lock, register. ARGV: owner, token, value or nothing to read. */
const GUARDED_ACCESS: RedisScript = {
  name: 'guarded-access',
  lua: `${NEXT_NUMBER_LUA}
local held = redis.call('HMGET', KEYS[1], 'owner', 'token')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return {'not-holder'} end
local sequence = next_number(KEYS[2], 'sequence')
if ARGV[3] then redis.call('HSET', KEYS[2], 'value', ARGV[3]) end
return {'accepted', sequence, redis.call('HGET', KEYS[2], 'value')}
`,
};

/** What a guarded access compares: a `Lease` fits. */
export interface LeaseClaim {
  readonly key: string;
  readonly owner: string;
  readonly token: FencingToken;
}

export type GuardedAnswer =
  /** `sequence` grows with every accepted access of this register, reads too, even over a loss of the server's memory. */
  | { readonly status: 'accepted'; readonly value: string | null; readonly sequence: number }
  | { readonly status: 'refused'; readonly reason: 'not-holder' }
  | Unavailable
  | Unknown;

export interface GuardedRegisterOptions {
  /** The lock's own Redis: guard and value must be in one store. */
  readonly redis: RedisPort;
  /** The same as the lock's. Default `holdfast`. */
  readonly prefix?: string;
  /** How long one request waits for its answer. Default 100 ms. */
  readonly timeoutMs?: number;
}

/**
 * A value beside its lock, in the same Redis: an access is accepted only from the lock's *present* owner with its token,
 * compared in the same atomic step. That is more than a fence can give elsewhere: a fence refuses a late writer only once
 * it has seen a newer token, this one as soon as the lease is over.
 *
 * Each method is one request. A write that ended `unknown` may be repeated while the lease lasts: it sets the same value.
 */
export class GuardedRegister {
  readonly #redis: RedisPort;
  readonly #prefix: string;
  readonly #timeout: Duration;

  constructor(options: GuardedRegisterOptions) {
    this.#redis = options.redis;
    this.#prefix = nameText('prefix', options.prefix ?? 'holdfast');
    this.#timeout = milliseconds(wholeNumber('timeoutMs', options.timeoutMs ?? 100, 1));
  }

  /** Sets the register that belongs to the lease's key. */
  write(lease: LeaseClaim, value: string): Promise<GuardedAnswer> {
    return this.#access(lease, [value]);
  }

  /** Reads it, as its present holder. */
  read(lease: LeaseClaim): Promise<GuardedAnswer> {
    return this.#access(lease, []);
  }

  async #access(lease: LeaseClaim, value: readonly string[]): Promise<GuardedAnswer> {
    const keys = redisLockKeys(this.#prefix, lease.key);
    const answer = await this.#redis.eval(GUARDED_ACCESS, [keys.lock, keys.register], [lease.owner, String(lease.token), ...value], { timeout: this.#timeout });
    if (answer.status !== 'ok') return withoutReply(answer);
    const [verdict, sequence, present] = replyList(answer.value);
    if (verdict === 'not-holder') return { status: 'refused', reason: 'not-holder' };
    assert(verdict === 'accepted' && typeof sequence === 'string', `guarded-access answered ${JSON.stringify(answer.value)}`);
    return { status: 'accepted', value: typeof present === 'string' ? present : null, sequence: Number(sequence) };
  }
}
