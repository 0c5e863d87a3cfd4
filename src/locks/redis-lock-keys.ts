import { OptionsError } from '../base/options-error.js';

/** The Redis keys of one lock. The part in braces is the hash tag: on a cluster they live in one slot, so one script may use them all. */
export interface RedisLockKeys {
  /** Hash `owner`, `token`; expires with the lease. */
  readonly lock: string;
  /** Hash `token` (the last one granted), `released` (the owner that gave back last); outlives the lease for a while. */
  readonly fence: string;
  /** Hash of the guarded register under this lock. */
  readonly register: string;
}

export function redisLockKeys(prefix: string, key: string): RedisLockKeys {
  if (key.startsWith('}')) throw new OptionsError(`a lock's key must not begin with "}" (its Redis hash tag would be empty); got ${JSON.stringify(key)}`);
  const tagged = `${prefix}:{${key}}`;
  return { lock: `${tagged}:lock`, fence: `${tagged}:fence`, register: `${tagged}:register` };
}
