import { createServer, request } from 'node:http';
import { Redis } from 'ioredis';
import type { SimulationBody } from '../../sim/index.js';

/** Takes one from stock; false when there is none left. */
export type Decrement = (redis: Redis) => Promise<boolean>;

/** One item, two buyers, and two machines of the shop, or one: ordinary code, as anybody writes it. */
export const lastItem =
  (decrement: Decrement, shops = ['shop-1', 'shop-2']): SimulationBody =>
  async (world) => {
    const redis = world.redis('redis');
    redis.run('SET', 'stock', 1);
    for (const name of shops) world.process(name, () => shop(decrement));
    let sold = 0;
    const buyers = [1, 2].map((number) =>
      world.process(
        `buyer-${number}`,
        async (own) => {
          await own.sleep(5 + world.integer(0, 10));
          if ((await buy(shops[(number - 1) % shops.length] as string)) === 201) sold += 1;
        },
        { faults: false },
      ),
    );
    await Promise.all(buyers.map((buyer) => buyer.finished));
    if (sold > 1) throw new Error(`sold ${sold} of 1`);
  };

function shop(decrement: Decrement): void {
  const redis = new Redis({ host: 'redis' });
  redis.on('error', () => undefined);
  createServer((_, response) => {
    decrement(redis).then(
      (isSold) => response.writeHead(isSold ? 201 : 409).end(),
      () => response.writeHead(503).end(),
    );
  }).listen(80);
}

/** The status; 0 when no answer came. */
const buy = (host: string): Promise<number> =>
  new Promise((resolve) => {
    const sent = request({ host, port: 80, path: '/buy', method: 'POST', timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(0));
    sent.end();
  });

/** Three workers, each taking one under a lock with a time to live and no fence. */
export const leakyLock: SimulationBody = async (world) => {
  const redis = world.redis('redis');
  redis.run('SET', 'stock', 10);
  let taken = 0;
  const workers = ['worker-1', 'worker-2', 'worker-3'].map((name) =>
    world.process(name, async (own) => {
      const client = new Redis({ host: 'redis' });
      client.on('error', () => undefined);
      await own.sleep(world.integer(0, 50));
      while ((await client.set('lock', name, 'PX', 200, 'NX')) === null) await own.sleep(20);
      const left = Number(await client.get('stock'));
      await own.sleep(5);
      await client.set('stock', left - 1);
      taken += 1;
      if ((await client.get('lock')) === name) await client.del('lock');
      client.disconnect();
    }),
  );
  await Promise.all(workers.map((worker) => worker.finished));
  world.calm();
  if (taken + Number(redis.run('GET', 'stock')) !== 10) throw new Error(`took ${taken} of 10, and ${Number(redis.run('GET', 'stock'))} are left`);
};
