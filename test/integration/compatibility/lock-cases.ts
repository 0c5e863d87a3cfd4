import { setTimeout as sleep } from 'node:timers/promises';
import { LockFactory } from '@verrou/core';
import { RedisStore } from '@verrou/core/drivers/redis';
import { Redis } from 'ioredis';
import { Mutex, RedlockMutex, Semaphore } from 'redis-semaphore';
import { redlock4, redlock5, type RedlockPackage, sesamecareRedlock } from '../../others/support/redlock-packages.js';
import { clientFaults, type CompatibilityCase } from './compatibility-case.js';

/** Acquires, works, gives back; whatever the faults make of it, it comes to its end. */
type Turn = (clients: Redis[]) => Promise<unknown>;

const takingTurns =
  (servers: number, turn: Turn): CompatibilityCase['body'] =>
  async (world) => {
    const redises = Array.from({ length: servers }, (_, index) => world.redis(`redis-${index + 1}`));
    const workers = ['worker-1', 'worker-2'].map((name) =>
      world.process(name, async () => {
        const clients = redises.map((redis) => new Redis(redis.url, { commandTimeout: 500 }));
        for (const client of clients) client.on('error', () => undefined);
        for (let round = 0; round < 4; round++) {
          await turn(clients).catch(() => undefined);
          await sleep(world.integer(0, 50));
        }
        for (const client of clients) client.disconnect();
      }),
    );
    for (const worker of workers) await worker.finished;
  };

const redlockTurn =
  (redlock: RedlockPackage): Turn =>
  async (clients) => {
    const locks = redlock.open(clients, { retryCount: 5 });
    locks.onError(() => undefined);
    const lock = await locks.acquire(['item'], 1_000);
    await sleep(30);
    const extended = await lock.extend(1_000);
    await extended.release();
  };

const redlockCase = (name: string, folder: string, redlock: RedlockPackage): CompatibilityCase => ({
  name,
  folder,
  does: 'acquire, extend and release over ioredis 5 on three servers',
  needs: 'nothing',
  faults: clientFaults,
  body: takingTurns(3, redlockTurn(redlock)),
});

export const lockCases: readonly CompatibilityCase[] = [
  redlockCase('redlock', 'redlock-4', redlock4),
  redlockCase('redlock', 'redlock-5', redlock5),
  redlockCase('@sesamecare-oss/redlock', '@sesamecare-oss/redlock', sesamecareRedlock),
  {
    name: 'redis-semaphore',
    folder: 'redis-semaphore',
    does: 'Mutex, Semaphore and RedlockMutex over ioredis 5 on three servers',
    needs: 'nothing',
    faults: clientFaults,
    body: takingTurns(3, async (clients) => {
      const [first] = clients;
      if (first === undefined) return;
      const options = { lockTimeout: 1_000, acquireTimeout: 5_000, refreshInterval: 0, onLockLost: () => undefined };
      for (const lock of [new Mutex(first, 'item', options), new Semaphore(first, 'pool', 1, options), new RedlockMutex(clients, 'all', options)]) {
        await lock.acquire();
        await sleep(30);
        await lock.release();
      }
    }),
  },
  {
    name: '@verrou/core',
    folder: '@verrou/core',
    does: 'acquire, extend and release, and run, over ioredis 5',
    needs: 'nothing',
    faults: clientFaults,
    body: takingTurns(1, async ([client]) => {
      const locks = new LockFactory(new RedisStore({ connection: client as Redis }), { retry: { timeout: 5_000, delay: 50 } });
      const lock = locks.createLock('item', 1_000);
      if (!(await lock.acquire())) return;
      await lock.extend(1_000);
      await lock.release();
      await locks.createLock('item', 1_000).run(() => sleep(30));
    }),
  },
];
