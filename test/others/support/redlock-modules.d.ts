// What we use of two packages whose own types this compiler cannot find or read.

declare module 'redlock-4' {
  import type { EventEmitter } from 'node:events';
  import type { Redis } from 'ioredis';

  interface Lock {
    readonly value: string;
    expiration: number;
    unlock(): Promise<void>;
    extend(ttlMs: number): Promise<Lock>;
  }

  interface Settings {
    readonly driftFactor?: number;
    readonly retryCount?: number;
    readonly retryDelay?: number;
    readonly retryJitter?: number;
  }

  class Redlock extends EventEmitter {
    constructor(clients: Redis[], settings?: Settings);
    lock(resource: string | string[], ttlMs: number): Promise<Lock>;
  }

  export default Redlock;
}

declare module 'redlock-5' {
  import type { EventEmitter } from 'node:events';
  import type { Redis } from 'ioredis';

  export interface Lock {
    readonly value: string;
    expiration: number;
    release(): Promise<unknown>;
    extend(ttlMs: number): Promise<Lock>;
  }

  export interface Settings {
    readonly driftFactor?: number;
    readonly retryCount?: number;
    readonly retryDelay?: number;
    readonly retryJitter?: number;
    readonly automaticExtensionThreshold?: number;
  }

  export default class Redlock extends EventEmitter {
    constructor(clients: Iterable<Redis>, settings?: Settings);
    acquire(resources: string[], ttlMs: number, settings?: Settings): Promise<Lock>;
    using<T>(resources: string[], ttlMs: number, routine: (signal: AbortSignal) => Promise<T>): Promise<T>;
  }
}
