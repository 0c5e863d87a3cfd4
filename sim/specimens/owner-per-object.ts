import { after, milliseconds, type Clock, type Instant } from 'holdfast';
import { redisLockEnvelope } from 'holdfast/redis';
import { defineLock, type LeaseUnderTest } from 'holdfast/sim';
import { byPolling, DELETE_IF_EQUAL, patiently } from './by-polling.js';

/**
 * The hole: one owner id for each lock object instead of one for each acquisition. A release compares the owner, but all
 * acquisitions of the object look alike: a late release of one that has expired frees the key under the next.
 *
 * Where it comes from: verrou and redis-semaphore. It needs a process that acquires again while its earlier, expired work
 * is still to end, as `lock` has: 1. A's lease expires.  2. A acquires anew.  3. A's first work ends and releases: the owner
 * is equal, the key is deleted.  4. B acquires, beside A.
 * Caught by `mutual-exclusion` under `lock`, without any fault: work that takes longer than its ttl does.
 */
export default defineLock({
  name: 'owner-per-object',
  assumes: redisLockEnvelope,
  needs: ['redis'],
  create({ redis, clock, random }) {
    const owner = random.id();
    return {
      acquire: (key, { ttlMs, waitMs }) =>
        byPolling({ clock, random }, waitMs, async () => {
          const expiresAt = after(clock.now(), milliseconds(ttlMs * (1 - DRIFT_MARGIN)));
          const set = await redis.command(['SET', key, owner, 'NX', 'PX', String(ttlMs)], patiently);
          if (set.status !== 'ok' || set.value !== 'OK' || clock.now() >= expiresAt) return null;
          return leaseUntil(clock, expiresAt, () => redis.eval(DELETE_IF_EQUAL, [key], [owner], patiently));
        }),
    };
  },
});

const DRIFT_MARGIN = 0.05;

/** A lease with a deadline that is told: all in order, but for the owner. */
function leaseUntil(clock: Clock, expiresAt: Instant, giveBack: () => Promise<unknown>): LeaseUnderTest {
  const ended = new AbortController();
  const deadline = clock.setTimer(milliseconds((expiresAt - clock.now()) / 1000), () => ended.abort());
  return {
    expiresAt,
    signal: ended.signal,
    release() {
      deadline.cancel();
      return giveBack();
    },
  };
}
