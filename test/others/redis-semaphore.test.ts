import { Redis, type RedisOptions } from 'ioredis';
import { Mutex, RedlockMultiSemaphore, RedlockMutex, RedlockSemaphore, Semaphore } from 'redis-semaphore';
import { describe, test } from 'vitest';
import type { SimulateOptions } from '../../sim/simulate/options.js';
import type { ProcessContext, SimulatedRedis, SimulatedWorld } from '../../sim/simulate/simulated-world.js';
import { expectHole, expectSound, type Expected } from './support/find-hole.js';
import type { Body } from './support/redlock-worlds.js';
import { answers, toldInTime } from './support/told-in-time.js';

/** Its losses are told; what comes of that is up to the application. */
const onLockLost = (): void => undefined;

const MINUTE = 60_000;

const find = (body: Body, options: SimulateOptions, expected: Expected): Promise<unknown> => expectHole(body, { seeds: 300, ...options }, expected);
const holds = (body: Body, options: SimulateOptions): Promise<void> => expectSound(body, { seeds: 60, ...options });

/** A client as a careful application makes it: what got no answer for a while is sent again over a new connection. */
function connect(redis: SimulatedRedis, options: RedisOptions = {}): Redis {
  const client = new Redis(redis.url, { socketTimeout: 500, ...options });
  client.on('error', () => undefined);
  return client;
}

interface Held {
  readonly isAcquired: boolean;
}

/** Who goes on, at this moment, because its lock says that it holds. */
class Believers {
  readonly #locks = new Map<string, Held>();

  constructor(world: SimulatedWorld, limit: number) {
    world.always(`at most ${limit} may go on`, () => {
      const names = [...this.#locks].filter(([, lock]) => lock.isAcquired).map(([name]) => name);
      return names.length <= limit ? null : `${names.join(' and ')} may`;
    });
  }

  /** Works for so long, but only while the lock says that it holds: as the README has it. Then it is ready to release. */
  async work(own: ProcessContext, lock: Held, ms: number): Promise<void> {
    this.#locks.set(own.name, lock);
    for (let done = 0; lock.isAcquired && done < ms; done += 50) await own.sleep(50);
    this.#locks.delete(own.name);
  }
}

describe('after one lost reply, a free lock is refused to the only one who wants it', () => {
  interface Wanted {
    readonly identifier: string;
    acquire(): Promise<unknown>;
    release(): Promise<unknown>;
  }
  /** One worker takes one free lock after the other. */
  const only =
    (make: (client: Redis, key: string) => Wanted, lookUp: (lock: Wanted, key: string) => readonly [string, ...string[]]): Body =>
    async (world) => {
      const redis = world.redis('redis');
      const worker = world.process('worker', async (own) => {
        const client = connect(redis);
        for (let turn = 0; turn < 10; turn++) {
          const lock = make(client, `item:${turn}`);
          const [expected, ...command] = lookUp(lock, `item:${turn}`);
          await toldInTime(own, lock.acquire(), 5_000, () => answers(redis, expected, ...command));
          await lock.release();
          await own.sleep(50);
        }
        client.disconnect();
      });
      await worker.finished;
    };
  const options = { lockTimeout: 10_000, acquireTimeout: MINUTE, retryInterval: 100, refreshInterval: 0, onLockLost };
  const member = (lock: Wanted, key: string): readonly [string, ...string[]] => ['0', 'ZRANK', `semaphore:${key}`, lock.identifier];
  const faults = { faults: ['reply-lost'] } as const;
  const sought = { message: /the server has had it as the holder, and acquire\(\) has not told it/, faults: 1 };

  test('Mutex: for the whole lockTimeout', () =>
    find(
      only(
        (client, key) => new Mutex(client, key, options),
        (lock, key) => [lock.identifier, 'GET', `mutex:${key}`],
      ),
      faults,
      sought,
    ));

  test('Semaphore with one place left, too', () =>
    find(
      only((client, key) => new Semaphore(client, key, 1, options), member),
      faults,
      sought,
    ));

  test('control: Semaphore with places to spare recognises itself', () =>
    holds(
      only((client, key) => new Semaphore(client, key, 2, options), member),
      faults,
    ));

  test('control: one that compares what it finds with its own id is told', () =>
    holds(
      only(
        (client, key) => ({
          identifier: 'me',
          acquire: async () => {
            while ((await client.set(key, 'me', 'PX', 10_000, 'NX')) !== 'OK' && (await client.get(key)) !== 'me');
          },
          release: () => client.del(key),
        }),
        (lock, key) => [lock.identifier, 'GET', key],
      ),
      faults,
    ));
});

describe('an error while refreshing', () => {
  test('ends the process, though onLockLost is given', () =>
    find(
      async (world) => {
        const redis = world.redis('redis');
        const worker = world.process('worker', async (own) => {
          const client = connect(redis, { commandTimeout: 300 });
          const mutex = new Mutex(client, 'item', { lockTimeout: 1_000, onLockLost });
          for (;;) {
            const acquired = await mutex.tryAcquire().catch(() => false);
            if (!acquired) continue;
            for (let done = 0; mutex.isAcquired && done < 3_000; done += 50) await own.sleep(50);
            await mutex.release().catch(() => undefined);
            client.disconnect();
            return;
          }
        });
        await worker.finished;
      },
      { faults: ['partial-partition'], horizonMs: 3_000 },
      { message: /Command timed out/, faults: 1 },
    ));
});

describe('a Mutex whose reply or refresh is late', () => {
  const two: Body = async (world) => {
    const redis = world.redis('redis');
    const believers = new Believers(world, 1);
    const workers = ['worker-1', 'worker-2'].map((name) =>
      world.process(name, async (own) => {
        const client = connect(redis, { socketTimeout: 5_000 });
        for (let turn = 0; turn < 3; turn++) {
          const mutex = new Mutex(client, 'item', { lockTimeout: 500, acquireTimeout: MINUTE, retryInterval: 50, onLockLost });
          await mutex.acquire();
          await believers.work(own, mutex, 800);
          await mutex.release();
        }
        client.disconnect();
      }),
    );
    for (const worker of workers) await worker.finished;
  };

  test('is held, by its own account, by two at once', () =>
    find(two, { faults: ['delay', 'stall'] }, { message: /at most 1 may go on.*worker-\d and worker-\d may/, faults: 1 }));

  test('control: without faults by one', () => holds(two, { faults: 'none' }));
});

describe('one of three servers silent', () => {
  const redlock: Body = async (world) => {
    const redises = ['redis-1', 'redis-2', 'redis-3'].map((name) => world.redis(name));
    const believers = new Believers(world, 1);
    const workers = ['worker-1', 'worker-2'].map((name) =>
      world.process(name, async (own) => {
        const clients = redises.map((redis) => connect(redis, { socketTimeout: 5_000 }));
        const mutex = new RedlockMutex(clients, 'item', { lockTimeout: 1_000, acquireTimeout: MINUTE, retryInterval: 100, onLockLost });
        await mutex.acquire();
        await believers.work(own, mutex, 4_000);
        await mutex.release();
        for (const client of clients) client.disconnect();
      }),
    );
    for (const worker of workers) await worker.finished;
  };

  test('a RedlockMutex waits for it with every refresh, and is held by two', () =>
    find(redlock, { faults: ['partial-partition'], horizonMs: 4_000 }, { message: /at most 1 may go on.*worker-\d and worker-\d may/, faults: 1 }));

  test('control: without faults by one', () => holds(redlock, { faults: 'none', seeds: 20 }));
});

describe('one of three servers dead', () => {
  const withoutThird =
    (options: RedisOptions): Body =>
    async (world) => {
      const redises = ['redis-1', 'redis-2', 'redis-3'].map((name) => world.redis(name));
      redises[2]?.crash();
      const worker = world.process('worker', async () => {
        const clients = redises.map((redis) => new Redis(redis.url, options));
        for (const client of clients) client.on('error', () => undefined);
        const mutex = new RedlockMutex(clients, 'item');
        await mutex.acquire();
        const having = redises.filter((redis) => answers(redis, mutex.identifier, 'GET', 'mutex:item'));
        if (having.length < 2) throw new Error(`acquire() succeeded after ${Math.round(world.nowMs)} ms, and the key is on ${having.length} of 3 servers`);
        await mutex.release();
        for (const client of clients) client.disconnect();
      });
      await worker.finished;
    };

  test('a RedlockMutex is handed out after its keys are gone, with the defaults of both packages', () =>
    find(withoutThird({}), { faults: 'none' }, { message: /acquire\(\) succeeded after \d+ ms, and the key is on 0 of 3 servers/, faults: 0 }));

  test('control: not when the client gives up in time', () => holds(withoutThird({ maxRetriesPerRequest: 3 }), { faults: 'none', seeds: 20 }));
});

describe('what a refused RedlockMultiSemaphore leaves behind', () => {
  const refused =
    (make: (clients: Redis[]) => RedlockSemaphore | RedlockMultiSemaphore): Body =>
    async (world) => {
      const redises = ['redis-1', 'redis-2', 'redis-3'].map((name) => world.redis(name));
      const workers = ['worker-1', 'worker-2', 'worker-3'].map((name) =>
        world.process(name, async (own) => {
          const clients = redises.map((redis) => connect(redis));
          for (const client of clients) await client.ping();
          await own.sleep(Math.max(0, 100 - world.nowMs));
          const semaphore = make(clients);
          if (await semaphore.tryAcquire()) await semaphore.release();
          for (const client of clients) client.disconnect();
        }),
      );
      for (const worker of workers) await worker.finished;
      const left = redises.filter((redis) => redis.run('ZCARD', 'semaphore:pool') !== 0).map(({ name }) => name);
      if (left.length > 0) throw new Error(`all have given back or given up, and permits are left on ${left.join(' and ')}`);
    };
  const options = { lockTimeout: 30_000, acquireAttemptsLimit: 1, retryInterval: 1, onLockLost };

  test('permits on a minority of the servers', () =>
    find(
      refused((clients) => new RedlockMultiSemaphore(clients, 'pool', 2, 2, options)),
      { faults: 'none' },
      { message: /permits are left on redis-\d/, faults: 0 },
    ));

  test('control: a RedlockSemaphore leaves nothing', () =>
    holds(
      refused((clients) => new RedlockSemaphore(clients, 'pool', 1, options)),
      { faults: ['delay'] },
    ));
});

describe('one semaphore, holders with different lockTimeouts', () => {
  const mixed =
    (shortMs: number): Body =>
    async (world) => {
      const redis = world.redis('redis');
      const believers = new Believers(world, 2);
      const workers = ['report', 'thumbnail-1', 'thumbnail-2'].map((name) =>
        world.process(name, async (own) => {
          const client = connect(redis);
          const isLong = name === 'report';
          await own.sleep(world.integer(0, 500));
          const semaphore = new Semaphore(client, 'pool', 2, {
            lockTimeout: isLong ? 10_000 : shortMs,
            acquireTimeout: MINUTE,
            retryInterval: 100,
            onLockLost,
          });
          await semaphore.acquire();
          await believers.work(own, semaphore, isLong ? 5_000 : world.integer(50, 3_000));
          await semaphore.release();
          client.disconnect();
        }),
      );
      for (const worker of workers) await worker.finished;
    };

  test('the short one ends the permit of the long one: the limit is exceeded without any fault', () =>
    find(mixed(1_000), { faults: 'none' }, { message: /at most 2 may go on.*report/, faults: 0 }));

  test('control: with one lockTimeout the limit holds', () => holds(mixed(10_000), { faults: 'none' }));
});

describe('clocks that differ by less than lockTimeout, which the README calls reliable', () => {
  const skewed: Body = async (world) => {
    const redis = world.redis('redis');
    const believers = new Believers(world, 1);
    const workers = ['worker-1', 'worker-2'].map((name) =>
      world.process(name, async (own) => {
        const client = connect(redis);
        const semaphore = new Semaphore(client, 'pool', 1, { lockTimeout: 10_000, acquireTimeout: MINUTE, retryInterval: 100, onLockLost });
        await semaphore.acquire();
        await believers.work(own, semaphore, 12_000);
        await semaphore.release();
        client.disconnect();
      }),
    );
    for (const worker of workers) await worker.finished;
  };
  const ahead = (strength: number) => ({ plan: [{ kind: 'clock-skew', atMs: 0, forMs: 1, target: 'worker-2', strength }] }) as const;

  test('by 30 % of it exceed the limit, with the default refreshInterval', () =>
    find(skewed, ahead(3_000), { message: /at most 1 may go on.*worker-1 and worker-2 may/, faults: 1 }));

  test('control: by 15 % do not', () => holds(skewed, { ...ahead(1_500), seeds: 20 }));
});

describe('acquireTimeout', () => {
  test('does not end an acquire that waits for a reply', () =>
    find(
      async (world) => {
        const redis = world.redis('redis');
        const worker = world.process('worker', async (own) => {
          const client = connect(redis, { socketTimeout: 60_000 });
          for (let turn = 0; turn < 200; turn++) {
            const mutex = new Mutex(client, `item:${turn}`, { acquireTimeout: 500, refreshInterval: 0, onLockLost });
            const asked = world.nowMs;
            await mutex.tryAcquire();
            const took = Math.round(world.nowMs - asked);
            if (took > 2_000) throw new Error(`an acquire with acquireTimeout: 500 took ${took} ms`);
            await own.sleep(20);
          }
          client.disconnect();
        });
        await worker.finished;
      },
      { faults: ['stall'], horizonMs: 5_000 },
      { message: /acquireTimeout: 500 took \d+ ms/, faults: 1 },
    ));
});
