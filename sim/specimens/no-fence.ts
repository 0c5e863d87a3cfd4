import { LockClient } from 'holdfast';
import { redisLock, redisLockEnvelope } from 'holdfast/redis';
import { defineLock } from 'holdfast/sim';

/**
 * The hole: our own lock, but its leases carry no token, so no resource can tell a late holder from the present one.
 *
 * Where it comes from: nearly every lock library; redlock 5, redis-semaphore and verrou hand out no token.
 * Caught by `stock-conservation` under `last-item`, when a holder decides, is held up past its lease (by its own thinking, a
 * pause, a slow network), and then writes. `mutual-exclusion` holds all the while: the lock is right, and not enough.
 */
export default defineLock({
  name: 'no-fence',
  assumes: redisLockEnvelope,
  needs: ['redis'],
  create(ports) {
    const locks = new LockClient(redisLock(ports), ports);
    return {
      async acquire(key, options) {
        const answer = await locks.acquire(key, options);
        if (answer.status !== 'granted') return answer;
        const { lease } = answer;
        return {
          status: 'granted',
          lease: {
            signal: lease.signal,
            get expiresAt() {
              return lease.expiresAt;
            },
            extend: (ttlMs) => lease.extend(ttlMs),
            release: () => lease.release(),
          },
        };
      },
    };
  },
});
