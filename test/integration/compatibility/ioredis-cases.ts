import { setTimeout as sleep } from 'node:timers/promises';
import { Redis as Redis5 } from 'ioredis';
import { Redis as Redis6 } from 'ioredis-6';
import { again, expectSame } from './again.js';
import { clientFaults, type CompatibilityCase } from './compatibility-case.js';

const ADD = `return redis.call('INCRBY', KEYS[1], ARGV[1])`;

/** Two writers and a subscriber; all that they do may be repeated without harm, so that any fault may hit it. */
const bodyOf =
  (Redis: typeof Redis5): CompatibilityCase['body'] =>
  async (world) => {
    const server = world.redis('redis');
    const heard = new Set<string>();
    world.process('listener', async () => {
      const subscriber = new Redis({ host: server.host, port: server.port });
      subscriber.on('error', () => undefined);
      subscriber.on('message', (_channel, message) => heard.add(message));
      await subscriber.subscribe('news');
    });
    const writers = ['writer-1', 'writer-2'].map((name) =>
      world.process(name, async () => {
        const client = new Redis(server.url);
        client.on('error', () => undefined);
        for (let round = 0; round < 5; round++) {
          const key = `${name}:${round}`;
          await again(() => client.set(key, '1', 'PX', 60_000));
          await again(() => client.eval(ADD, 1, `${key}:added`, 2));
          expectSame('get', await again(() => client.get(key)), '1');
          await again(() => client.multi().hset(`${key}:hash`, 'a', '1').expire(`${key}:hash`, 60).exec());
          const read = await again(async () => {
            const replies = await client.pipeline().get(key).hgetall(`${key}:hash`).ttl(key).exec();
            for (const [error] of replies ?? []) if (error !== null) throw error;
            return replies?.slice(0, 2).map(([, value]) => value);
          });
          expectSame('pipeline', read, ['1', { a: '1' }]);
          await again(() => client.publish('news', name));
          await sleep(world.integer(0, 100));
        }
        await client.quit().catch(() => client.disconnect());
      }),
    );
    for (const writer of writers) await writer.finished;
    world.calm();
    world.process('late', async () => {
      const client = new Redis(server.url);
      client.on('error', () => undefined);
      while (!heard.has('late')) {
        await again(() => client.publish('news', 'late'));
        await sleep(100);
      }
      client.disconnect();
    });
    await world.until(() => heard.has('late'), { what: 'the subscriber to hear something after the last fault' });
  };

const does = 'SET, GET, EVAL, MULTI, pipelines, publish and subscribe, reconnecting';

export const ioredis5: CompatibilityCase = { name: 'ioredis', folder: 'ioredis', does, needs: 'nothing', faults: clientFaults, body: bodyOf(Redis5) };

export const ioredis6: CompatibilityCase = {
  name: 'ioredis',
  folder: 'ioredis-6',
  does: `${does}, in RESP 3`,
  needs: 'nothing',
  faults: clientFaults,
  body: bodyOf(Redis6 as never),
};
