import { once } from 'node:events';
import { Redis, type RedisOptions } from 'ioredis';
import type { SimulatedProcess, SimulatedRedis, SimulatedWorld } from '../../../sim/simulate/simulated-world.js';
import type { ExtendingRedlockClient, HeldLock, RedlockClient, RedlockPackage } from './redlock-packages.js';

/** What `simulate` is given. */
export type Body = (world: SimulatedWorld) => Promise<void>;

const KEY = 'stock:42';

/** `acquire` never gives a lock whose own validity is over. Two tills take turns. */
export const grantsAreValid = (redlock: RedlockPackage): Body =>
  atTills(2, 3, async (own, servers) => {
    const locks = redlock.open(connect(servers));
    for (let round = 0; round < 3; round += 1) {
      const lock = await orNull(locks.acquire([KEY], 500));
      if (lock === null) continue;
      const left = lock.expiration - Date.now();
      if (left < 0) throw new Error(`acquire gave a lock that had been over for ${-left} ms`);
      await own.sleep(100);
      await orNull(lock.release());
    }
  });

/** A key that nobody else ever wanted is had within three seconds, with ttls of ten. */
export const freeKeysAreHad = (redlock: RedlockPackage): Body =>
  atTills(1, 3, async (own, servers) => {
    const locks = redlock.open(connect(servers, { socketTimeout: 300 }), { retryCount: 200, retryDelay: 100, retryJitter: 50 });
    for (let order = 0; order < 5; order += 1) {
      const begun = performance.now();
      const lock = await locks.acquire([`order:${order}`], 10_000);
      const took = Math.round(performance.now() - begun);
      if (took > 3000) throw new Error(`it took ${took} ms to get a key that nobody else wanted`);
      await own.sleep(50);
      await orNull(lock.release());
    }
  });

/** At no time do two routines run whose signals both say that the lock is theirs. */
export const oneLiveSignal =
  (redlock: RedlockPackage<ExtendingRedlockClient>): Body =>
  async (world) => {
    const running = new Map<string, AbortSignal>();
    world.always('one routine whose signal has not aborted', () => {
      const live = [...running].filter(([, signal]) => !signal.aborted).map(([name]) => name);
      return live.length <= 1 || `${live.join(' and ')} run at once, and the signal of neither has aborted`;
    });
    await atTills(2, 3, async (own, servers) => {
      const locks = redlock.open(connect(servers), { retryCount: 30, automaticExtensionThreshold: 500 });
      for (let round = 0; round < 2; round += 1) {
        const using = locks.using([KEY], 1000, async (signal) => {
          running.set(own.name, signal);
          for (let slice = 0; slice < 30 && !signal.aborted; slice += 1) await own.sleep(50);
          running.delete(own.name);
        });
        await orNull(using);
      }
    })(world);
  };

/** What the routine returned is what `using` gives, when the lock was not lost. */
export const valuesAreKept = (redlock: RedlockPackage<ExtendingRedlockClient>): Body =>
  atTills(1, 3, async (own, servers) => {
    const locks = redlock.open(connect(servers, { socketTimeout: 300 }));
    for (let order = 0; order < 20; order += 1) {
      let paid = false;
      try {
        await locks.using([`order:${order}`], 5000, async (signal) => {
          await own.sleep(10);
          paid = !signal.aborted;
        });
      } catch (error) {
        if (paid) throw new Error(`order ${order} was paid under the lock, and using says: ${String(error)}`, { cause: error });
      }
    }
  });

/** Three contenders for a free key: at least one of them gets it. */
export const somebodyHasIt =
  (redlock: RedlockPackage): Body =>
  async (world) => {
    const got: boolean[] = [];
    await atTills(3, 3, async (own, servers) => {
      const locks = redlock.open(connect(servers));
      await warmUp(locks, own.name);
      // All of them at the same moment.
      await own.sleep(Math.max(0, 500 - world.nowMs));
      got.push((await orNull(locks.acquire([KEY], 10_000))) !== null);
    })(world);
    if (!got.includes(true)) throw new Error('three wanted a free key for two seconds, and all three were refused');
  };

/** However it ends: `acquire` ends. */
export const acquireEnds =
  (redlock: RedlockPackage, servers: number): Body =>
  async (world) => {
    let ended = 0;
    atTills(2, servers, async (own, redises) => {
      const locks = redlock.open(connect(redises));
      await warmUp(locks, own.name);
      await own.sleep(Math.max(0, 500 - world.nowMs));
      await orNull(locks.acquire([KEY], 1000));
      ended += 1;
    })(world).catch(() => undefined);
    await world.until(() => ended === 2, { withinMs: 30_000, what: 'both calls of acquire to end' });
  };

/** A transfer between two of three accounts, which may be one and the same, gives its value. */
export const transfersSucceed = (redlock: RedlockPackage): Body => {
  return async (world) => {
    const from = world.integer(1, 3);
    const to = 1 + ((from + world.integer(0, 2)) % 3);
    await atTills(1, 3, async (own, servers) => {
      const locks = redlock.open(connect(servers));
      const lock = await locks.acquire([`account:${from}`, `account:${to}`], 5000);
      await own.sleep(50);
      try {
        await lock.release();
      } catch (error) {
        throw new Error(`from account ${from} to account ${to}: nothing was in the way, and release says: ${String(error)}`, { cause: error });
      }
    })(world);
  };
};

/** Never two locks on one key that both say of themselves, by the clock, that they are valid. */
export const oneValidLock =
  (redlock: RedlockPackage, options: RedisOptions): Body =>
  async (world) => {
    const held = new Map<string, HeldLock>();
    world.always('one valid lock', () => {
      const valid = [...held].filter(([, lock]) => lock.expiration > Date.now()).map(([name]) => name);
      return valid.length <= 1 || `${valid.join(' and ')} both have a lock that says it is valid`;
    });
    await atTills(2, 3, async (own, servers) => {
      held.delete(own.name);
      const locks = redlock.open(connect(servers, options), { retryCount: 20 });
      for (let round = 0; round < 2; round += 1) {
        let lock = await orNull(locks.acquire([KEY], 2000));
        if (lock === null) continue;
        held.set(own.name, lock);
        for (let extension = 0; extension < 2 && lock !== null; extension += 1) {
          await own.sleep(500);
          const extended: HeldLock | null = await orNull(lock.extend(2000));
          if (extended !== null) held.set(own.name, extended);
          lock = extended;
        }
        held.delete(own.name);
        if (lock !== null) await orNull(lock.release());
      }
    })(world);
  };

/** Tills take turns under one lock, a few times each: never two of them, by the validity that the package states. */
export const tillsTakeTurns =
  (redlock: RedlockPackage, tills: number): Body =>
  async (world) => {
    const held = new Map<string, HeldLock>();
    world.always('one valid lock', () => {
      let valid = 0;
      for (const lock of held.values()) if (lock.expiration > Date.now()) valid += 1;
      return valid <= 1;
    });
    await atTills(tills, 3, async (own, servers) => {
      held.delete(own.name);
      const locks = redlock.open(connect(servers, { socketTimeout: 300 }), { retryCount: 30, retryDelay: 100, retryJitter: 50 });
      for (let turn = 0; turn < 4; turn += 1) {
        const lock = await orNull(locks.acquire([KEY], 2000));
        if (lock === null) continue;
        held.set(own.name, lock);
        await own.sleep(40);
        held.delete(own.name);
        await orNull(lock.release());
      }
    })(world);
  };

/** A key is had within a second and a half, whatever befalls the link to one server. */
export const hadWithoutOneServer = (redlock: RedlockPackage): Body =>
  atTills(1, 3, async (own, servers) => {
    const locks = redlock.open(connect(servers));
    for (let order = 0; order < 20; order += 1) {
      const begun = performance.now();
      const lock = await locks.acquire([`order:${order}`], 10_000);
      const took = Math.round(performance.now() - begun);
      if (took > 1500) throw new Error(`it took ${took} ms to get a key that nobody else wanted`);
      await own.sleep(100);
      await orNull(lock.release());
    }
  });

/** A routine under a lock that extends itself comes to its end, with clients that neither queue nor repeat. */
export const routinesEnd = (redlock: RedlockPackage<ExtendingRedlockClient>): Body =>
  atTills(1, 3, async (own, servers) => {
    const redises = connect(servers, { enableOfflineQueue: false, maxRetriesPerRequest: 0 });
    for (const redis of redises) if (redis.status !== 'ready') await once(redis, 'ready');
    const locks = redlock.open(redises, { retryCount: 0, automaticExtensionThreshold: 800 });
    await orNull(locks.using([KEY], 1000, () => own.sleep(3000)));
  });

type Till = (own: Parameters<Parameters<SimulatedWorld['process']>[1]>[0], servers: readonly SimulatedRedis[]) => Promise<void>;

/** So many processes that all do the same, and so many servers; ends when all of them have ended. */
function atTills(tills: number, servers: number, work: Till): Body {
  return async (world) => {
    const redises = Array.from({ length: servers }, (_, index) => world.redis(`redis-${index + 1}`));
    const processes: SimulatedProcess[] = [];
    for (let till = 1; till <= tills; till += 1) processes.push(world.process(`till-${till}`, (own) => work(own, redises)));
    await Promise.all(processes.map(({ finished }) => finished));
  };
}

function connect(servers: readonly SimulatedRedis[], options: RedisOptions = {}): Redis[] {
  return servers.map(({ host, port }) => {
    const redis = new Redis({ host, port, ...options });
    // What goes wrong with a connection is part of the test.
    redis.on('error', () => undefined);
    return redis;
  });
}

/** Connected to all of them, and every script of the package loaded. */
async function warmUp(locks: RedlockClient, name: string): Promise<void> {
  const lock = await orNull(locks.acquire([`warm up ${name}`], 1000));
  if (lock !== null) await orNull(lock.release());
}

const orNull = <T>(promise: Promise<T>): Promise<T | null> => promise.catch(() => null);
