import { milliseconds, type Clock } from 'holdfast';
import { redisLockEnvelope, type RedisPort } from 'holdfast/redis';
import { defineLock, type LeaseUnderTest } from 'holdfast/sim';
import { byPolling, DELETE_IF_EQUAL, patiently } from './by-polling.js';

/**
 * The hole: `SET NX` without `PX`. A holder that dies keeps the key for ever.
 *
 * Where it comes from: the oldest Redis lock there is (`SETNX`), and "we always release in `finally`". All the rest is done
 * well, so that nothing else is found: a fresh owner for each acquisition, a lost reply is looked up, the release compares
 * and is repeated until it is answered.
 * Caught by `deadlock-freedom` under `lock`, by the crash of one holder.
 */
export default defineLock({
  name: 'no-expiry',
  assumes: redisLockEnvelope,
  needs: ['redis'],
  create: ({ redis, clock, random }) => ({
    async acquire(key, { waitMs }) {
      const owner = random.id();
      const lease: LeaseUnderTest = { release: () => giveBack(redis, clock, key, owner) };
      const answer = await byPolling({ clock, random }, waitMs, async () => {
        const set = await redis.command(['SET', key, owner, 'NX'], patiently);
        if (set.status === 'ok' && set.value === 'OK') return lease;
        const holder = await redis.command(['GET', key], patiently);
        return holder.status === 'ok' && holder.value === owner ? lease : null;
      });
      if (answer.status !== 'granted') await giveBack(redis, clock, key, owner);
      return answer;
    },
  }),
});

async function giveBack(redis: RedisPort, clock: Clock, key: string, owner: string): Promise<void> {
  for (;;) {
    const answer = await redis.eval(DELETE_IF_EQUAL, [key], [owner], patiently);
    if (answer.status === 'ok') return;
    await new Promise<void>((resolve) => void clock.setTimer(milliseconds(20), resolve));
  }
}
