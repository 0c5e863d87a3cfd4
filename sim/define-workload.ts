import type { HistoryValue, History } from '../models/history.js';
import type { FaultKind } from '../src/locks/envelope.js';
import type { Clock } from '../src/ports/clock.js';
import type { Random } from '../src/ports/random.js';
import type { PostgresPort } from '../src/ports/postgres.js';
import type { RedisPort } from '../src/ports/redis.js';
import type { AcquireAnswer, LeaseUnderTest, LockDefinition } from './define-lock.js';

/** Whole numbers from `min` to `max`, both included. Shrinking goes towards `min`. */
export interface IntegerRange {
  readonly min: number;
  readonly max: number;
}

/** A server that a world can have: the Redis of the locks, the shop's own Redis, or the PostgreSQL of both. */
export type ServerName = 'redis' | 'shop' | 'postgres';

/** A store of ours that a workload uses. The stock is in the shop's Redis, the register in the lock's; both are in PostgreSQL when the lock lives there. */
export type StoreName = 'stock' | 'register';

/** A formal model that histories can be held against. */
export type ModelName = 'fenced-lease-lock';

/** One operation of one client: whole numbers, drawn from the ranges of `operation`. */
export type Operation = Readonly<Record<string, number>>;

/**
 * What clients do to a lock or to stock, and what must hold of it. The same module runs in simulated processes and, with
 * `chaos`, in real ones: it reaches the world through its context only, and shares no memory between clients.
 */
export interface WorkloadDefinition {
  readonly name: string;
  /** The layer that it tests, in one sentence. */
  readonly tests: string;
  /**
   * Whole numbers that a scenario fixes for all clients. `clients` (how many), `operations` (of each) and `ttlMs` are always
   * there; ranges given here replace their defaults.
   */
  readonly params: Readonly<Record<string, IntegerRange>>;
  /** The numbers drawn for each single operation (`thinkMs`, `holdMs`, `quantity`...). */
  readonly operation: Readonly<Record<string, IntegerRange>>;
  /** The servers that it uses by name (the lock's come by themselves). Both Redis, when it says neither this nor `keeps`. */
  readonly needs?: readonly ServerName[];
  /** The stores that it uses, wherever the lock under test puts them. */
  readonly keeps?: readonly StoreName[];
  /** Runs once, before any client and without faults. */
  setup(context: WorkloadContext): Promise<void>;
  /** One operation of one client. A crash may end it anywhere; the client then goes on with its next operation. */
  client(context: ClientContext, operation: Operation): Promise<void>;
  /** Runs once, at the end, without faults: records what the resources hold (an `audit`). */
  audit?(context: WorkloadContext): Promise<void>;
  /** Names of the properties that are asked of each history. */
  readonly check: readonly string[];
  /** The formal model of what it exercises: a campaign reports which of the model's transitions no run has shown. Absent: none. */
  readonly model?: ModelName;
  /** What a campaign must have seen at least once, or it proves little. */
  readonly sometimes: Readonly<Record<string, Sometimes>>;
}

export interface Sometimes {
  /** It can only happen when all of these are on. */
  readonly faults: readonly FaultKind[];
  /** How many seeds it may take. */
  readonly withinSeeds: number;
  /** Whether this history shows it; `not-applicable` when the lock under test does not offer what it is about (tokens, a signal). */
  reached(history: History): boolean | 'not-applicable';
}

/** What `setup` and `audit` have. */
export interface WorkloadContext {
  readonly params: Readonly<Record<string, number>>;
  readonly clock: Clock;
  readonly random: Random;
  /** The Redis that keeps the locks. Under `flush` it loses its memory. */
  readonly redis: RedisPort;
  /** The shop's own Redis: durable. */
  readonly shop: RedisPort;
  /** The PostgreSQL of locks and shop: durable. */
  readonly postgres: PostgresPort;
  /** The lock under test: where it lives, and its own way of selling, when it has one. */
  readonly lockDefinition: LockDefinition;
  /** Waits by this process's clock. */
  sleep(ms: number): Promise<void>;
  /** Records an operation in the history: invocation before `run` is called, outcome when it resolves. */
  record<Value extends RecordedOutcome>(operation: string, key: string, args: Record<string, HistoryValue>, run: () => Promise<Value>): Promise<Value>;
}

/** What a recorded call resolves to: the status, and whatever of it the history shall keep. */
export interface RecordedOutcome {
  readonly status: 'ok' | 'refused' | 'unknown';
  readonly value?: Readonly<Record<string, HistoryValue>>;
}

/** What a client has. */
export interface ClientContext extends WorkloadContext {
  /** The name of this process: `c1`, `c2`... */
  readonly process: string;
  /** Unique for each operation of each client in the run, and the same when a scenario is replayed. */
  readonly operationId: string;
  readonly lock: RecordedLock;
}

/** The lock under test; acquires, extensions, losses and releases go to the history by themselves. */
export interface RecordedLock {
  acquire(key: string, options: { readonly ttlMs: number; readonly waitMs?: number }): Promise<AcquireAnswer & { readonly lease?: LeaseUnderTest }>;
}

/** Checks a workload definition and gives it back. Throws a TypeError with one line when it cannot work. */
export function defineWorkload(definition: WorkloadDefinition): WorkloadDefinition {
  const problem = problemWith(definition);
  if (problem !== null) throw new TypeError(`defineWorkload: ${problem}`);
  return Object.freeze({ ...definition });
}

const SERVERS: readonly ServerName[] = ['redis', 'shop', 'postgres'];
const STORES: readonly StoreName[] = ['stock', 'register'];
const MODELS: readonly ModelName[] = ['fenced-lease-lock'];

function problemWith(definition: WorkloadDefinition): string | null {
  if (typeof definition !== 'object' || definition === null)
    return 'expected an object with name, tests, params, operation, setup, client, check and sometimes';
  const { name } = definition;
  if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9-]*$/.test(name)) {
    return `name must be lower-case letters, digits and dashes, got ${JSON.stringify(name)}`;
  }
  if (typeof definition.tests !== 'string') return `workload ${name}: tests must say in a sentence which layer it tests`;
  for (const group of ['params', 'operation'] as const) {
    const ranges = definition[group];
    if (typeof ranges !== 'object' || ranges === null) return `workload ${name}: ${group} must be an object of { min, max } ranges`;
    for (const [label, range] of Object.entries(ranges)) {
      if (!Number.isInteger(range?.min) || !Number.isInteger(range?.max) || range.min > range.max || range.min < 0) {
        return `workload ${name}: ${group}.${label} must be { min, max } with whole numbers, 0 <= min <= max`;
      }
    }
  }
  const strange = definition.needs?.find((server) => !SERVERS.includes(server));
  if (strange !== undefined) return `workload ${name}: no server is called ${JSON.stringify(strange)}; there are ${SERVERS.join(', ')}`;
  const missing = definition.keeps?.find((store) => !STORES.includes(store));
  if (missing !== undefined) return `workload ${name}: no store is called ${JSON.stringify(missing)}; there are ${STORES.join(', ')}`;
  for (const part of ['setup', 'client'] as const) {
    if (typeof definition[part] !== 'function') return `workload ${name}: ${part} must be a function`;
  }
  if (definition.audit !== undefined && typeof definition.audit !== 'function') return `workload ${name}: audit must be a function`;
  if (!Array.isArray(definition.check) || definition.check.length === 0) return `workload ${name}: check must name at least one property`;
  if (definition.model !== undefined && !MODELS.includes(definition.model)) {
    return `workload ${name}: no model is called ${JSON.stringify(definition.model)}; there are ${MODELS.join(', ')}`;
  }
  if (typeof definition.sometimes !== 'object' || definition.sometimes === null) return `workload ${name}: sometimes must be an object (it may be empty)`;
  for (const [label, entry] of Object.entries(definition.sometimes)) {
    if (!Array.isArray(entry?.faults) || !Number.isInteger(entry.withinSeeds) || typeof entry.reached !== 'function') {
      return `workload ${name}: sometimes.${label} must be { faults, withinSeeds, reached }`;
    }
  }
  return null;
}
