import { Redis } from 'ioredis';
import { Redis as Redis6 } from 'ioredis-6';
import { createClient } from 'redis';
import { describe, expect, test } from 'vitest';
import { asClient, runNode } from '../../../support/node-world.js';
import { listenAsRedis } from '../../../support/resp-listener.js';

/** What each client does, by its own API: SET, GET, INCR, then it says good-bye. */
const clients: Readonly<Record<string, () => Promise<unknown[]>>> = {
  ioredis: async () => {
    const redis = new Redis({ host: 'redis' });
    await redis.set('a', '1');
    const values = [await redis.get('a'), await redis.incr('a')];
    redis.disconnect();
    return values;
  },
  'ioredis-6': async () => {
    const redis = new Redis6({ host: 'redis' });
    await redis.set('a', '1');
    const values = [await redis.get('a'), await redis.incr('a')];
    redis.disconnect();
    return values;
  },
  'node-redis': async () => {
    const client = createClient({ url: 'redis://redis:6379', RESP: 2 });
    await client.connect();
    await client.set('a', '1');
    const values = [await client.get('a'), await client.incr('a')];
    client.destroy();
    return values;
  },
};

const redis = (): void => void listenAsRedis();

describe.each(Object.entries(clients))('%s, as published', (_, talk) => {
  test('talks to a server by its host name, in virtual time', async () => {
    expect(await asClient(talk, { redis })).toEqual(['1', 2]);
  });

  test('gives the same digest twice', async () => {
    const digests: string[] = [];
    for (let time = 0; time < 2; time++) {
      const { end, world } = await runNode({ redis, client: talk });
      expect(end).toEqual({ kind: 'idle' });
      digests.push(world.digest);
    }
    expect(digests[1]).toBe(digests[0]);
  });
});
