import { Redlock as SesamecareRedlock } from '@sesamecare-oss/redlock';
import type { Redis } from 'ioredis';
import type Redlock4 from 'redlock-4';
import Redlock5 from 'redlock-5';
import { freshModule } from '../../../sim/simulate/fresh-module.js';

/** What all three packages take, by the same names. */
export interface RedlockSettings {
  readonly retryCount?: number;
  readonly retryDelay?: number;
  readonly retryJitter?: number;
  readonly automaticExtensionThreshold?: number;
}

/** A lock as the package gave it. */
export interface HeldLock {
  /** Until when, by `Date.now()` of its process, the package itself says that it is valid. */
  readonly expiration: number;
  extend(ttlMs: number): Promise<HeldLock>;
  release(): Promise<unknown>;
}

export interface RedlockClient {
  acquire(keys: string[], ttlMs: number): Promise<HeldLock>;
  /** Called with every error of a single server. */
  onError(listener: (error: Error) => void): void;
}

export interface ExtendingRedlockClient extends RedlockClient {
  /** Runs `routine` under the lock, which the package extends by itself; the signal says that it could not. */
  using<T>(keys: string[], ttlMs: number, routine: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** One of the published packages behind the same few words; nothing of it is changed. */
export interface RedlockPackage<Client extends RedlockClient = RedlockClient> {
  readonly name: string;
  open(servers: Redis[], settings?: RedlockSettings): Client;
}

/** It stands on bluebird, which keeps a queue of callbacks in its modules: each client gets a copy of its own of both, as each process has. */
const load = await freshModule<{ default: typeof Redlock4 }>(import.meta.resolve('redlock-4'), { packages: ['bluebird'] });

export const redlock4: RedlockPackage = {
  name: 'redlock 4.2.0',
  open(servers, settings) {
    const { default: Redlock } = load();
    const redlock = new Redlock(servers, settings);
    return {
      async acquire(keys, ttlMs) {
        const lock = await redlock.lock(keys, ttlMs);
        const held: HeldLock = {
          get expiration() {
            return lock.expiration;
          },
          extend: async (ms) => {
            await lock.extend(ms);
            return held;
          },
          release: () => lock.unlock(),
        };
        return held;
      },
      onError: (listener) => void redlock.on('clientError', listener),
    };
  },
};

const extending = (
  name: string,
  Redlock: new (servers: Redis[], settings?: RedlockSettings) => Pick<Redlock5, 'acquire' | 'using' | 'on'>,
): RedlockPackage<ExtendingRedlockClient> => ({
  name,
  open(servers, settings) {
    const redlock = new Redlock(servers, settings);
    return {
      acquire: (keys, ttlMs) => redlock.acquire(keys, ttlMs),
      using: (keys, ttlMs, routine) => redlock.using(keys, ttlMs, routine),
      onError: (listener) => void redlock.on('error', listener),
    };
  },
});

export const redlock5 = extending('redlock 5.0.0-beta.2', Redlock5);
export const sesamecareRedlock = extending('@sesamecare-oss/redlock 1.4.0', SesamecareRedlock);
