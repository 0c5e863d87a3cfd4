import { redisLockEnvelope } from 'holdfast/redis';
import { defineLock } from 'holdfast/sim';

/**
 * The hole: a mutex in the memory of each process. It excludes everybody in its own process, and nobody in another.
 *
 * Where it comes from: the opening of the article ("traditional mechanisms"), and every service that was scaled from one
 * node to two. Caught by `mutual-exclusion` and `stock-conservation` under `last-item`, without any fault.
 */
export default defineLock({
  name: 'in-process-mutex',
  assumes: redisLockEnvelope,
  needs: [],
  create() {
    const lastInLine = new Map<string, Promise<void>>();
    return {
      async acquire(key) {
        const before = lastInLine.get(key);
        let release = (): void => {};
        lastInLine.set(key, new Promise((resolve) => (release = resolve)));
        await before;
        return { status: 'granted', lease: { release: async () => release() } };
      },
    };
  },
});
