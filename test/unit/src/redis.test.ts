import RedisMock from 'ioredis-mock';
import { expect, test } from 'vitest';
import { createRedisLocks, createRedisStock, ioredisPort, redisLockEnvelope } from '../../../src/redis.js';

test('a first lock and a first sale, in a few lines', async () => {
  const redis = ioredisPort(new RedisMock());
  const locks = createRedisLocks({ redis });
  const stock = createRedisStock({ redis });
  await stock.restock('mug', 1, { operationId: 'delivery-1' });
  const sell = (order: string) =>
    locks.withLock('mug', { ttlMs: 5000 }, async (lease) => (await stock.take('mug', 1, { operationId: order, token: lease.token })).status);
  const results = await Promise.all(['order-1', 'order-2', 'order-3'].map(sell));
  expect(results.map((result) => result.status === 'done' && result.value).sort()).toEqual(['refused', 'refused', 'taken']);
  expect(locks.assumes).toEqual(redisLockEnvelope);
  redis.close();
});
