import { setTimeout as sleep } from 'node:timers/promises';
import { type Lock, LockFactory } from '@verrou/core';
import { RedisStore } from '@verrou/core/drivers/redis';
import { Redis, type RedisOptions } from 'ioredis';
import { describe, test } from 'vitest';
import type { SimulateOptions } from '../../sim/simulate/options.js';
import type { SimulatedRedis } from '../../sim/simulate/simulated-world.js';
import { expectHole, expectSound, type Expected } from './support/find-hole.js';
import type { Body } from './support/redlock-worlds.js';
import { answers, toldInTime } from './support/told-in-time.js';

const find = (body: Body, options: SimulateOptions, expected: Expected): Promise<unknown> => expectHole(body, { seeds: 300, ...options }, expected);
const holds = (body: Body, options: SimulateOptions): Promise<void> => expectSound(body, { seeds: 60, ...options });

/** A client as a careful application makes it: what got no answer for a while is sent again over a new connection. */
function connect(redis: SimulatedRedis, options: RedisOptions = {}): { client: Redis; locks: LockFactory } {
  const client = new Redis(redis.url, { socketTimeout: 500, ...options });
  client.on('error', () => undefined);
  return { client, locks: new LockFactory(new RedisStore({ connection: client })) };
}

describe('after one lost reply, a free lock is refused to the only one who wants it', () => {
  const only =
    (ttl: number | null, withinMs: number): Body =>
    async (world) => {
      const redis = world.redis('redis');
      const worker = world.process('worker', async (own) => {
        const { client, locks } = connect(redis);
        for (let turn = 0; turn < 10; turn++) {
          const lock = locks.createLock(`item:${turn}`, ttl);
          await toldInTime(own, lock.acquire(), withinMs, () => answers(redis, lock.getOwner(), 'GET', `item:${turn}`));
          await sleep(50);
        }
        client.disconnect();
      });
      await worker.finished;
    };

  test('for the whole ttl', () =>
    find(only(10_000, 5_000), { faults: ['reply-lost'] }, { message: /for 5000 ms the server has had it as the holder/, faults: 1 }));

  test('for ever, when the lock never expires: acquire() gives up on what is its own', () =>
    find(
      async (world) => {
        const redis = world.redis('redis');
        const worker = world.process('worker', async () => {
          const { client, locks } = connect(redis);
          for (let turn = 0; turn < 10; turn++) {
            const lock = locks.createLock(`item:${turn}`, null);
            const isAcquired = await lock.acquire({ retry: { attempts: 10, delay: 100 } });
            if (!isAcquired && answers(redis, lock.getOwner(), 'GET', `item:${turn}`))
              throw new Error('acquire() gave up, and the server has it as the holder for ever');
            await sleep(50);
          }
          client.disconnect();
        });
        await worker.finished;
      },
      { faults: ['reply-lost'] },
      { message: /acquire\(\) gave up, and the server has it as the holder for ever/, faults: 1 },
    ));

  test('control: not when everything is only late', () => holds(only(10_000, 5_000), { faults: ['delay'] }));
});

describe('what run() gives', () => {
  const paying =
    (workMs: (most: number) => number, ttl: number): Body =>
    async (world) => {
      const redis = world.redis('redis');
      const worker = world.process('worker', async () => {
        const { client, locks } = connect(redis);
        let paid = false;
        try {
          await locks.createLock('item', ttl).run(async () => {
            await sleep(workMs(world.integer(0, 500)));
            paid = true;
          });
        } catch (error) {
          if (paid) throw new Error(`paid, and run() says: ${String(error)}`, { cause: error });
        }
        client.disconnect();
      });
      await worker.finished;
    };

  test('is the error of the release when its reply was lost, though the lock was held all along and is free now', () =>
    find(
      paying(() => 50, 60_000),
      { faults: ['reply-lost'] },
      { message: /paid, and run\(\) says: .*not acquired by you/, faults: 1 },
    ));

  test('is the error of the release when the work took longer than the ttl', () =>
    find(
      paying((ms) => ms, 300),
      { faults: 'none' },
      { message: /paid, and run\(\) says: .*not acquired by you/, faults: 0 },
    ));

  test('control: is the result, when no reply is lost and the ttl is long enough', () =>
    holds(
      paying((ms) => ms, 60_000),
      { faults: ['delay'] },
    ));
});

describe('one Lock object in a process', () => {
  const taking =
    (lockOf: (make: () => Lock) => () => Lock): Body =>
    async (world) => {
      const redis = world.redis('redis');
      const inside = new Map<string, number>();
      // Who has overstayed its ttl has lost the lock by the rules: only those who have not are counted.
      world.always('at most one within its ttl', () => {
        const now = [...inside].filter(([, since]) => world.nowMs - since < 290).map(([name]) => name);
        return now.length <= 1 ? null : `${now.join(' and ')} are inside`;
      });
      const request = async (name: string, lock: Lock, workMs: number): Promise<void> => {
        const asked = world.nowMs;
        if (!(await lock.acquire({ retry: { attempts: 1 } }))) return;
        inside.set(name, asked);
        await sleep(workMs);
        inside.delete(name);
        await lock.release().catch(() => undefined);
      };
      const processes = ['web-1', 'web-2'].map((name) =>
        world.process(name, async () => {
          const { client, locks } = connect(redis);
          await client.ping();
          const lockFor = lockOf(() => locks.createLock('item', 300));
          const requests: Promise<void>[] = [];
          for (let number = 1; number <= 3; number++) {
            await sleep(world.integer(0, 300));
            requests.push(request(`request ${number} of ${name}`, lockFor(), world.integer(10, 500)));
          }
          await Promise.all(requests);
          client.disconnect();
        }),
      );
      for (const process of processes) await process.finished;
    };

  test('the late release of one request frees the lock of another', () =>
    find(
      taking((make) => {
        const shared = make();
        return () => shared;
      }),
      { faults: 'none' },
      { message: /at most one within its ttl.*are inside/, faults: 0 },
    ));

  test('control: with an object for each acquisition it frees nobody else', () =>
    holds(
      taking((make) => make),
      { faults: 'none' },
    ));

  test('a waiting acquire() makes the holder believe that it never expires', () =>
    find(
      async (world) => {
        const redis = world.redis('redis');
        const web = world.process('web', async () => {
          const { client, locks } = connect(redis);
          const lock = locks.createLock('item', 300);
          await lock.acquire();
          const other = sleep(world.integer(0, 200)).then(async () => lock.acquire({ retry: { attempts: 1 } }));
          await sleep(400);
          if (redis.run('EXISTS', 'item') === 0 && !lock.isExpired()) throw new Error('the lock is gone, and isExpired() says that it is not');
          await other;
          client.disconnect();
        });
        await web.finished;
      },
      { faults: 'none' },
      { message: /the lock is gone, and isExpired\(\) says that it is not/, faults: 0 },
    ));
});

describe('the end of a lock as the lock itself tells it', () => {
  const truthful =
    (acquire: (lock: Lock) => Promise<boolean>): Body =>
    async (world) => {
      const redis = world.redis('redis');
      const worker = world.process('worker', async () => {
        const { client, locks } = connect(redis, { socketTimeout: 10_000 });
        for (let turn = 0; turn < 5; turn++) {
          const lock = locks.createLock('item', 100);
          if ((await acquire(lock)) && !lock.isExpired() && redis.run('EXISTS', 'item') === 0) {
            throw new Error(`the lock is gone, and says that it has ${lock.getRemainingTime() ?? 0} ms left`);
          }
          await sleep(100);
        }
        client.disconnect();
      });
      await worker.finished;
    };
  const faults = { faults: ['delay'] } as const;

  test('is too late after acquireImmediately(), which counts the ttl from the reply', () =>
    find(
      truthful((lock) => lock.acquireImmediately()),
      faults,
      { message: /the lock is gone, and says that it has \d+ ms left/, faults: 1 },
    ));

  test('control: is right after acquire(), which counts it from the request', () =>
    holds(
      truthful((lock) => lock.acquire({ retry: { delay: 20 } })),
      faults,
    ));
});

describe('an acquire() without retry.timeout', () => {
  const waiting =
    (retry: { timeout?: number }): Body =>
    async (world) => {
      const redis = world.redis('redis');
      const holds = 1_000 * world.integer(1, 60);
      const holder = world.process('holder', async () => {
        const { client, locks } = connect(redis);
        const lock = locks.createLock('item', null);
        await lock.acquire();
        await sleep(holds);
        await lock.release();
        client.disconnect();
      });
      const waiter = world.process('waiter', async () => {
        const { client, locks } = connect(redis);
        await sleep(500);
        const isAcquired = await locks.createLock('item', null).acquire({ retry });
        if (!isAcquired) throw new Error(`acquire() was to wait without a limit, and gave up after ${Math.round(world.nowMs / 1_000)} s`);
        client.disconnect();
      });
      await holder.finished;
      await waiter.finished;
    };

  test('gives up after 30 s, where the documentation says Infinity', () =>
    find(waiting({}), { faults: 'none' }, { message: /was to wait without a limit, and gave up after 3\d s/, faults: 0 }));

  test('control: not with a longer one given', () => holds(waiting({ timeout: 600_000 }), { faults: 'none' }));
});

describe('retry.timeout', () => {
  test('does not end an acquire that waits for a reply', () =>
    find(
      async (world) => {
        const redis = world.redis('redis');
        const worker = world.process('worker', async () => {
          const { client, locks } = connect(redis, { socketTimeout: 60_000 });
          for (let turn = 0; turn < 200; turn++) {
            const lock = locks.createLock(`item:${turn}`, 60_000);
            const asked = world.nowMs;
            await lock.acquire({ retry: { timeout: 500 } });
            const took = Math.round(world.nowMs - asked);
            if (took > 2_000) throw new Error(`an acquire with retry.timeout: 500 took ${took} ms`);
            await sleep(20);
          }
          client.disconnect();
        });
        await worker.finished;
      },
      { faults: ['stall'], horizonMs: 5_000 },
      { message: /retry.timeout: 500 took \d+ ms/, faults: 1 },
    ));
});

describe('control: extend()', () => {
  test('neither revives a lock that has expired nor minds a lost reply', () =>
    holds(
      async (world) => {
        const redis = world.redis('redis');
        const worker = world.process('worker', async () => {
          const { client, locks } = connect(redis);
          const lock = locks.createLock('item', 1_000);
          await lock.acquire({ retry: { delay: 20 } });
          await sleep(world.integer(0, 1_500));
          const wasThere = redis.isAlive && redis.run('EXISTS', 'item') === 1;
          const extended = await lock.extend().then(
            () => true,
            () => false,
          );
          if (extended && !wasThere) throw new Error('an expired lock was revived');
          client.disconnect();
        });
        await worker.finished;
      },
      { faults: ['reply-lost'] },
    ));
});
