import { milliseconds } from '../../src/base/time.js';
import { PostgresStock } from '../../src/inventory/postgres-stock.js';
import { RedisStock } from '../../src/inventory/redis-stock.js';
import type { Stock } from '../../src/inventory/stock.js';
import { GuardedRegister, type GuardedAnswer, type LeaseClaim } from '../../src/locks/guarded-register.js';
import type { LockProtocol } from '../../src/locks/lock-protocol.js';
import { PostgresGuardedRegister } from '../../src/locks/postgres-guarded-register.js';
import { postgresLeaseLock } from '../../src/locks/postgres-lease-lock.js';
import { redisLockKeys } from '../../src/locks/redis-lock-keys.js';
import { redisLock } from '../../src/locks/redis-lock.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Incarnation, SimProcess } from '../../sim/kernel/process.js';
import type { World } from '../../sim/kernel/world.js';
import { makePostgresTables } from '../../sim/make-postgres-tables.js';
import type { Network } from '../../sim/network.js';
import { SimClock } from '../../sim/ports/sim-clock.js';
import { SimPostgres } from '../../sim/ports/sim-postgres.js';
import { SimRedis } from '../../sim/ports/sim-redis.js';
import { postgresServer } from '../../sim/servers/postgres/postgres-server.js';
import { createLuaRuntime } from '../../sim/servers/redis/lua/lua-runtime.js';
import { redisServer } from '../../sim/servers/redis/redis-server.js';

export const KEY = 'item';
/** The clocks of these worlds keep true time. */
const PRECISE_PPM = 2_000;
/** A write is sent once, and waits for its answer as long as its walk lasts. */
const PATIENT = { attempts: 1, attemptTimeoutMs: 100_000_000 };

/** What a client of a store works with. */
export interface StoreParts {
  readonly protocol: LockProtocol;
  readonly stock: Stock;
  readonly register: { write(lease: LeaseClaim, value: string): Promise<GuardedAnswer> };
  /** Frees the key, whoever has it: for code that is broken on purpose. */
  free(): Promise<unknown>;
}

/** What the store itself says of the key, and of the stock of the same name. */
export interface Seen {
  readonly owner: string | null;
  /** How much longer the owner's lease lasts; 0 without an owner. */
  readonly leftUs: number;
  /** The last token that was granted, and the highest that the stock's fence has seen; null for none. */
  readonly token: string | null;
  readonly fence: string | null;
  readonly onHand: number;
}

export interface RaisedStore {
  readonly server: SimProcess;
  /** Makes what must be there. */
  setUp(own: Incarnation): Promise<void>;
  /** `patient`: writes wait for their answers as long as it takes. */
  parts(own: Incarnation, patient: boolean): StoreParts;
  /** Outside of the network and of time. */
  look(): Seen;
}

export interface WalkStore {
  readonly name: string;
  /** Adds its server to the world. */
  raise(world: World, network: Network): RaisedStore;
}

export async function redisWalkStore(): Promise<WalkStore> {
  const lua = await createLuaRuntime();
  const { lock, fence } = redisLockKeys('holdfast', KEY);
  return {
    name: 'redis',
    raise(world, network) {
      const { factory, memory } = redisServer(network, lua);
      const server = world.process('redis', factory);
      const text = (...args: string[]): string | null => {
        const reply = memory.run(args);
        return typeof reply === 'string' || typeof reply === 'number' ? String(reply) : null;
      };
      const parts = (own: Incarnation, patient: boolean): StoreParts => {
        const clock = new SimClock(own);
        const redis = new SimRedis(network, own, server);
        // A pipeline of its own: what is held back on one holds back all behind it.
        const writing = new SimRedis(network, own, server);
        return {
          protocol: redisLock({ redis, clock, maxClockDriftPpm: PRECISE_PPM }),
          stock: new RedisStock({ redis: writing, clock, ...(patient ? PATIENT : {}) }),
          register: new GuardedRegister({ redis: writing, ...registerTimeout(patient) }),
          free: () => redis.command(['DEL', lock], { timeout: milliseconds(100) }),
        };
      };
      return {
        server,
        parts,
        // The first call of a script takes another way than the later ones.
        setUp: (own) => warmUp(own, parts(own, false)),
        look: () => ({
          owner: text('HGET', lock, 'owner'),
          leftUs: Math.max(0, Number(text('PTTL', lock)) * 1000),
          token: text('HGET', fence, 'token'),
          fence: text('HGET', `holdfast:stock:{${KEY}}:access`, 'token'),
          onHand: Number(text('GET', `holdfast:stock:{${KEY}}:on-hand`)),
        }),
      };
    },
  };
}

export const postgresWalkStore: WalkStore = {
  name: 'postgres',
  raise(world, network) {
    const { factory, memory } = postgresServer(network);
    const server = world.process('postgres', factory);
    const row = (text: string): readonly (string | null)[] => memory.run(text).rows[0] ?? [];
    const parts = (own: Incarnation, patient: boolean): StoreParts => {
      const clock = new SimClock(own);
      const postgres = new SimPostgres(network, own, server);
      const freeing = { name: 'free', sql: `UPDATE holdfast_leases SET expires_at = clock_timestamp() WHERE key = '${KEY}'` };
      return {
        protocol: postgresLeaseLock({ postgres, clock, maxClockDriftPpm: PRECISE_PPM }),
        stock: new PostgresStock({ postgres, clock, ...(patient ? PATIENT : {}) }),
        register: new PostgresGuardedRegister({ postgres, ...registerTimeout(patient) }),
        free: () => postgres.query(freeing, [], { timeout: milliseconds(100) }),
      };
    };
    return {
      server,
      parts,
      async setUp(own) {
        await makePostgresTables(new SimPostgres(network, own, server));
        await warmUp(own, parts(own, false));
      },
      look() {
        const [owner = null, left = '0'] = row(
          `SELECT owner, (extract(epoch FROM expires_at - clock_timestamp()) * 1000000)::bigint::text
           FROM holdfast_leases WHERE key = '${KEY}' AND expires_at > clock_timestamp()`,
        );
        const [token = null] = row(`SELECT token::text FROM holdfast_leases WHERE key = '${KEY}'`);
        const [fence = null, onHand = '0'] = row(`SELECT nullif(token, 0)::text, on_hand::text FROM holdfast_stock WHERE sku = '${KEY}'`);
        return { owner, leftUs: Number(left), token, fence, onHand: Number(onHand) };
      },
    };
  },
};

const registerTimeout = (patient: boolean) => (patient ? { timeoutMs: PATIENT.attemptTimeoutMs } : {});

/** Everything once, on another key; and the stock gets its row. */
async function warmUp(own: Incarnation, { protocol, stock, register }: StoreParts): Promise<void> {
  const [timeout, ttl] = [milliseconds(1000), milliseconds(1000)];
  const lease = { key: 'warm-up', owner: own.name };
  const granted = await protocol.acquire({ ...lease, ttl, timeout });
  if (granted.status !== 'granted') throw new Error(`the first lease was not granted: ${JSON.stringify(granted)}`);
  await register.write({ ...lease, token: granted.token }, 'warm');
  await stock.restock('warm-up', 1, { operationId: 'stocked' });
  await stock.write('warm-up', { onHand: 1, operationId: 'warm-up', token: granted.token });
  await protocol.release({ ...lease, timeout });
  await stock.write(KEY, { onHand: 1, operationId: 'first' });
}

/** The clock of a simulated process. */
export const clockOf = (own: Incarnation): Clock => new SimClock(own);
