import { redisLockEnvelope } from 'holdfast/redis';
import { defineLock } from 'holdfast/sim';

/**
 * The hole: there is no lock. Everybody is granted everything at once.
 *
 * Where it comes from: the shop before its first oversell ("A checks, B checks, A sells, B sells").
 * Caught by `stock-conservation` and `mutual-exclusion` under `last-item`, without any fault: two buyers and one unit do.
 * Passes `hot-sku`, where the stock needs no lock.
 */
export default defineLock({
  name: 'no-lock',
  assumes: redisLockEnvelope,
  needs: [],
  create: () => ({
    acquire: async () => ({ status: 'granted', lease: { release: async () => undefined } }),
  }),
});
