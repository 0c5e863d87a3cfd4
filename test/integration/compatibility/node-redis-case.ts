import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { again, expectSame } from './again.js';
import { clientFaults, type CompatibilityCase } from './compatibility-case.js';

const ADD = `return redis.call('INCRBY', KEYS[1], ARGV[1])`;

export const nodeRedis6: CompatibilityCase = {
  name: 'redis',
  folder: 'redis',
  does: 'SET, GET, EVAL, MULTI, pipelines, publish and subscribe, reconnecting, in RESP 2 and 3',
  needs: 'nothing',
  faults: clientFaults,
  async body(world) {
    const server = world.redis('redis');
    const heard = new Set<string>();
    const connect = async (RESP: 2 | 3) => {
      const client = createClient({ url: server.url, RESP });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    };
    world.process('listener', async () => {
      const subscriber = await connect(3);
      await again(() => subscriber.subscribe('news', (message) => heard.add(message)));
    });
    const writers = ['writer-1', 'writer-2'].map((name, index) =>
      world.process(name, async () => {
        const client = await connect(index === 0 ? 2 : 3);
        for (let round = 0; round < 5; round++) {
          const key = `${name}:${round}`;
          await again(() => client.set(key, '1', { PX: 60_000 }));
          await again(() => client.eval(ADD, { keys: [`${key}:added`], arguments: ['2'] }));
          expectSame('get', await again(() => client.get(key)), '1');
          await again(() => client.multi().hSet(`${key}:hash`, 'a', '1').expire(`${key}:hash`, 60).exec());
          const read = await again(() => Promise.all([client.get(key), client.hGetAll(`${key}:hash`)]));
          expectSame('pipeline', read, ['1', { a: '1' }]);
          await again(() => client.publish('news', name));
          await sleep(world.integer(0, 100));
        }
        client.destroy();
      }),
    );
    for (const writer of writers) await writer.finished;
    world.calm();
    world.process('late', async () => {
      const client = await connect(3);
      while (!heard.has('late')) {
        await again(() => client.publish('news', 'late'));
        await sleep(100);
      }
      client.destroy();
    });
    await world.until(() => heard.has('late'), { what: 'the subscriber to hear something after the last fault' });
  },
};
