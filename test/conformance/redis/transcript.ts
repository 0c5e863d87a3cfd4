import type { Outcome } from '../../../src/base/outcome.js';
import type { RedisRefusal, RedisReply } from '../../../src/ports/redis.js';

/** What one step came to. */
export interface Entry {
  /** Null for steps that have no answer. */
  readonly outcome: Outcome<RedisReply, RedisRefusal> | null;
  /** What subscriptions heard up to here: by their numbers, each one's messages in the order of arrival. */
  readonly heard: readonly (readonly [subscription: number, message: string])[];
}

/** What a sequence came to. */
export interface Transcript {
  /** One for each step, then one with all the data that was left. */
  readonly entries: readonly Entry[];
  /** It took so long between two sleeps that short lives may have ended by themselves: it proves nothing about expiry. */
  readonly late: boolean;
}
