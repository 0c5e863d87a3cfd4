import { redisLockEnvelope } from 'holdfast/redis';
import { defineLock } from 'holdfast/sim';
import { byPolling, patiently } from './by-polling.js';

/**
 * The holes, three in twenty lines: the lease ends by the server's clock and the holder never looks, there is no fence, so
 * a holder that was held up sells beside its successor; the release reads, then deletes whatever is there by then; and the
 * sale checks, then decrements, so nothing stops the second one.
 *
 * Where it comes from: the Redis snippet of the article on distributed locking in e-commerce, move by move: the value is the
 * time as a string, `SET NX PX`, `GET` and `DECR`, `GET` and `DEL`. (Its ten seconds are the ttl of the run here. In its
 * own Python the last comparison, of bytes with text, is never true, so it never releases at all; a client that gives
 * text, as any in JavaScript, does what was meant.)
 * Caught by `mutual-exclusion` under `last-item`, without any fault: a sale that takes longer than the ttl does. And by
 * `no-negative-stock`, when the one who came in between sells the last unit.
 */
export default defineLock({
  name: 'article-redis',
  assumes: redisLockEnvelope,
  needs: ['redis'],
  create: ({ redis, clock, random }) => ({
    acquire: (key, { ttlMs, waitMs }) =>
      byPolling({ clock, random }, waitMs, async () => {
        const lockKey = `${key}:lock`;
        const lockValue = String(clock.timestamp() / 1_000_000);
        const set = await redis.command(['SET', lockKey, lockValue, 'NX', 'PX', String(ttlMs)], patiently);
        if (set.status !== 'ok' || set.value !== 'OK') return null;
        return {
          async release() {
            const present = await redis.command(['GET', lockKey], patiently);
            if (present.status === 'ok' && present.value === lockValue) await redis.command(['DEL', lockKey], patiently);
          },
        };
      }),
  }),
  async sell({ shop }, sale) {
    const stock = await shop.command(['GET', sale.stockKey], patiently);
    if (stock.status !== 'ok') return 'unknown';
    if (Number(stock.value) <= 0) return 'sold-out';
    await sale.think();
    const decremented = await shop.command(['DECR', sale.stockKey], patiently);
    return decremented.status === 'ok' ? 'sold' : 'unknown';
  },
});
