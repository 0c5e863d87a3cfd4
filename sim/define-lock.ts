import type { Instant } from '../src/base/time.js';
import type { Envelope } from '../src/locks/envelope.js';
import type { Clock } from '../src/ports/clock.js';
import type { Random } from '../src/ports/random.js';
import type { PostgresPort } from '../src/ports/postgres.js';
import type { RedisPort } from '../src/ports/redis.js';

/**
 * A lock algorithm as the simulator and `chaos` drive it: ours, a known-broken specimen, or your own. The same module runs
 * in a simulated process and in a real one, so it must keep what it knows in the objects that `create` makes.
 */
export interface LockDefinition {
  /** How commands and reports call it: lower case, digits and dashes. */
  readonly name: string;
  /** What it assumes. A specimen takes the envelope of the lock that it imitates. */
  readonly assumes: Envelope;
  /** The ports that it needs beyond clock and random. */
  readonly needs: readonly LockServer[];
  /** Whether the way to PostgreSQL leads through a pooler in transaction mode (pgbouncer), in the simulator. */
  readonly behindPooler?: boolean;
  /** Makes what the lock must find in its store (tables). Runs once, before the workload's setup and without faults. */
  setup?(ports: LockPorts): Promise<void>;
  /** Makes the lock client of one process. Called again when the process restarts: nothing survives but what the servers keep. */
  create(ports: LockPorts): LockUnderTest;
  /** For an algorithm that brings its own way of selling under the lock. Without it, the workload's fenced read, decide, write is used. */
  sell?(ports: LockPorts & { readonly shop: RedisPort }, sale: SaleUnderTest): Promise<'sold' | 'sold-out' | 'unknown'>;
  /** For one that brings its own way of selling several lines at once, all or none. */
  sellBasket?(ports: LockPorts, basket: BasketUnderTest): Promise<'sold' | 'sold-out' | 'unknown'>;
  /** For one that keeps books of its own: how many units are left by them. Null when it cannot be read. */
  unitsLeft?(ports: LockPorts, sku: string): Promise<number | null>;
}

/** A server that a lock can live in. */
export type LockServer = 'redis' | 'postgres';

export interface LockPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** The lock's own Redis. */
  readonly redis: RedisPort;
  /** The PostgreSQL that the lock shares with the shop. */
  readonly postgres: PostgresPort;
  /** The name of the process, for the few algorithms that (wrongly) identify owners by it. */
  readonly process: string;
}

/** One unit is to be sold. */
export interface SaleUnderTest {
  readonly sku: string;
  /** The Redis key that holds the number of units as a decimal string. */
  readonly stockKey: string;
  /** What a shop does between looking and selling (prices, addresses): takes the time that the scenario says. */
  readonly think: () => Promise<void>;
}

export interface BasketUnderTest {
  readonly operationId: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}

/** What a lock must offer to be put under a workload. `LockClient` of `holdfast` fits. */
export interface LockUnderTest {
  /** Waits up to `waitMs` (without end when it is absent). */
  acquire(key: string, options: { readonly ttlMs: number; readonly waitMs?: number }): Promise<AcquireAnswer>;
}

export type AcquireAnswer = { readonly status: 'granted'; readonly lease: LeaseUnderTest } | { readonly status: 'queued' | 'refused' | 'unknown' };

export interface LeaseUnderTest {
  /** Absent when the lock hands out no fencing tokens. */
  readonly token?: bigint;
  /** By the process's own monotonic clock. Absent when the holder believes in its lease until it releases it. */
  readonly expiresAt?: Instant;
  /** Aborts when the lease has ended or is known to be lost. */
  readonly signal?: AbortSignal;
  /** Who holds it, as the store knows it, where a guarded write can compare it. */
  readonly owner?: string;
  /** Makes the lease last for `ttlMs` from now (the first ttl when absent). After `extended`, `expiresAt` is the new end. */
  extend?(ttlMs?: number): Promise<{ readonly status: 'extended' | 'lost' | 'unknown' | 'refused' }>;
  release(): Promise<unknown>;
}

/** Checks a lock definition and gives it back. Throws a TypeError with one line when it cannot work. */
export function defineLock(definition: LockDefinition): LockDefinition {
  const problem = problemWith(definition);
  if (problem !== null) throw new TypeError(`defineLock: ${problem}`);
  return Object.freeze({ ...definition });
}

function problemWith(definition: LockDefinition): string | null {
  if (typeof definition !== 'object' || definition === null) return 'expected an object with name, assumes, needs and create';
  if (typeof definition.name !== 'string' || !/^[a-z0-9][a-z0-9-]*$/.test(definition.name)) {
    return `name must be lower-case letters, digits and dashes, got ${JSON.stringify(definition.name)}`;
  }
  if (!Array.isArray(definition.assumes?.faults) || typeof definition.assumes.bounds !== 'object') {
    return `lock ${definition.name}: assumes must be an envelope ({ faults, bounds, inWords })`;
  }
  if (!Array.isArray(definition.needs)) return `lock ${definition.name}: needs must list ports, for example ['redis']`;
  const unknownNeed = (definition.needs as readonly unknown[]).find((need) => need !== 'redis' && need !== 'postgres');
  if (unknownNeed !== undefined) return `lock ${definition.name}: no port is called ${JSON.stringify(unknownNeed)}; there are 'redis' and 'postgres'`;
  if (typeof definition.create !== 'function') return `lock ${definition.name}: create must be a function of ports`;
  if (definition.setup !== undefined && typeof definition.setup !== 'function') return `lock ${definition.name}: setup must be a function`;
  for (const part of ['sell', 'sellBasket', 'unitsLeft'] as const) {
    if (definition[part] !== undefined && typeof definition[part] !== 'function') return `lock ${definition.name}: ${part} must be a function`;
  }
  return null;
}
