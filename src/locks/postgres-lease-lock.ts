import { assert } from '../base/assert.js';
import { parseFencingToken, type FencingToken } from '../base/fencing-token.js';
import { wholeNumber } from '../base/options.js';
import { microseconds } from '../base/time.js';
import type { Clock } from '../ports/clock.js';
import type { PostgresPort } from '../ports/postgres.js';
import type { Envelope } from './envelope.js';
import { localEnd } from './local-end.js';
import type {
  AcquireReply,
  AcquireRequest,
  ExtendReply,
  ExtendRequest,
  LockProtocol,
  LockWatch,
  ReleaseReply,
  ReleaseRequest,
  WatchRequest,
} from './lock-protocol.js';
import { withoutResult } from './postgres-answer.js';
import { leaseStatements, type LeaseStatements } from './postgres-lease-lock.sql.js';
import { PostgresReleases } from './postgres-releases.js';
import { postgresTables } from './postgres-tables.js';

/**
 * A lease lock in a table of PostgreSQL (12 or later, READ COMMITTED), each move one statement and a transaction of its own.
 *
 * 1. ACQUIRE: if the key has no row, or its lease is over by the server's clock, write { owner, token, end } into it. If the
 *    row holds this very owner, an earlier request of the same acquisition succeeded and only its reply was lost: same
 *    token, and at least a whole ttl again. If it is another's: say whose and how long, and write nothing.
 * 2. The lease ends, for its holder, one ttl after the request that won was *sent*, less the margin for drift: sooner than
 *    the row's, which began its ttl after that.
 * 3. EXTEND: only if owner and token are still there and the lease is not over. Its end never comes sooner than before.
 * 4. RELEASE: compare the owner, then end the lease, in one step; notify the channel `<prefix>_released`; and note the owner,
 *    so that a delayed duplicate of its acquire does not take the free key for nobody.
 * 5. Who waits listens to that channel, then asks again, then sleeps until it is told, for the holder's remaining ttl or a
 *    second, whichever is less: what is told may be lost, and an expiry tells nothing.
 * 6. Tokens: max(last + 1, server time in microseconds). Rows that are long over may go (`sweepPostgresLeases`), because by
 *    then the time is past every token that they gave.
 *
 * Envelope: `postgresLeaseLockEnvelope`. What breaks outside: the server's clock steps forward, or a server without the
 * last commits takes over (`synchronous_commit = off`, an asynchronous standby): two leases overlap (a fence at the resource
 * still orders them). The clock steps back: a lease outlasts its ttl for that long; tokens still grow, unless the row was
 * lost meanwhile. A party's clock drifts by more than `maxClockDriftPpm`: a lease may outlive its row's.
 */
export function postgresLeaseLock(options: PostgresLeaseLockOptions): LockProtocol {
  return new PostgresLeaseLock(options);
}

/** What `postgresLeaseLock` assumes unless told otherwise. */
export const postgresLeaseLockEnvelope: Envelope = Object.freeze({
  faults: ['delay', 'stall', 'reset', 'one-way-partition', 'partial-partition', 'reply-lost', 'crash', 'restart', 'pause', 'clock-skew', 'clock-drift'],
  bounds: { clockDriftPpm: 20_000, memoryLossDowntimeTtls: 0 },
  inWords: 'One PostgreSQL that keeps what it has committed; clocks that drift by at most 2 % and never step; clients and networks ' + 'may fail in any way.',
} as const);

export interface PostgresLeaseLockOptions {
  readonly postgres: PostgresPort;
  readonly clock: Clock;
  /** Goes before the names of the tables. Default `holdfast`. */
  readonly prefix?: string;
  /** How far the clock of any party may run fast or slow, in parts per million. Default 20,000; at most 200,000. */
  readonly maxClockDriftPpm?: number;
}

/** The protocol as a class: what locks by the server's own locks keep their leases in too. */
export class PostgresLeaseLock implements LockProtocol {
  readonly name = 'postgres-lease';
  readonly assumes: Envelope;
  readonly #postgres: PostgresPort;
  readonly #clock: Clock;
  readonly #statements: LeaseStatements;
  readonly #channel: string;
  readonly #releases: PostgresReleases;
  readonly #driftPpm: number;

  constructor({ postgres, clock, prefix, maxClockDriftPpm }: PostgresLeaseLockOptions) {
    const tables = postgresTables(prefix);
    this.#postgres = postgres;
    this.#clock = clock;
    this.#statements = leaseStatements(tables);
    this.#channel = tables.released;
    this.#releases = new PostgresReleases(postgres, clock, tables.released);
    const { bounds } = postgresLeaseLockEnvelope;
    this.#driftPpm = wholeNumber('maxClockDriftPpm', maxClockDriftPpm ?? bounds.clockDriftPpm, 0, 200_000);
    this.assumes = { ...postgresLeaseLockEnvelope, bounds: { ...bounds, clockDriftPpm: this.#driftPpm } };
  }

  /** `token`, when given, is that of a new grant, if it is beyond the last one. */
  async acquire({ key, owner, ttl, timeout }: AcquireRequest, token?: FencingToken): Promise<AcquireReply> {
    // Move 2: validity counts from here. Counted from the reply it would outlive the row's lease by the way back.
    const sent = this.#clock.now();
    const params = [key, owner, String(ttl)];
    const answer =
      token === undefined
        ? await this.#postgres.query(this.#statements.acquire, params, { timeout })
        : await this.#postgres.query(this.#statements.acquireWithToken, [...params, String(token)], { timeout });
    if (answer.status !== 'ok') return withoutResult(answer);
    const [verdict, value, remaining] = answer.value.rows[0] ?? ['held', null, '0'];
    if (verdict === 'granted' && typeof value === 'string') {
      return { status: 'granted', token: parseFencingToken(value), expiresAt: localEnd(sent, ttl, this.#driftPpm) };
    }
    if (verdict === 'released') return { status: 'refused', reason: 'released' };
    assert(verdict === 'held', `lease-acquire answered ${JSON.stringify(answer.value.rows)}`);
    return { status: 'refused', reason: 'held', holder: value ?? null, remaining: microseconds(Number(remaining)) };
  }

  /** The refusal that whoever asks for the key would get of its present holder, if it has one. */
  async look({ key, timeout }: Pick<AcquireRequest, 'key' | 'timeout'>): Promise<AcquireReply> {
    const answer = await this.#postgres.query(this.#statements.look, [key], { timeout });
    if (answer.status !== 'ok') return withoutResult(answer);
    const [holder = null, remaining = '0'] = answer.value.rows[0] ?? [];
    return { status: 'refused', reason: 'held', holder, remaining: microseconds(Math.max(0, Number(remaining))) };
  }

  async extend({ key, owner, token, ttl, timeout }: ExtendRequest): Promise<ExtendReply> {
    const sent = this.#clock.now();
    const answer = await this.#postgres.query(this.#statements.extend, [key, owner, String(token), String(ttl)], { timeout });
    if (answer.status !== 'ok') return withoutResult(answer);
    return answer.value.rowCount === 1 ? { status: 'extended', expiresAt: localEnd(sent, ttl, this.#driftPpm) } : { status: 'lost' };
  }

  async release({ key, owner, timeout }: ReleaseRequest): Promise<ReleaseReply> {
    const answer = await this.#postgres.query(this.#statements.release, [key, owner, this.#channel], { timeout });
    if (answer.status !== 'ok') return withoutResult(answer);
    return { status: answer.value.rows[0]?.[0] === 't' ? 'released' : 'lost' };
  }

  /** One connection listens for all who wait by this lock, from the first of them on, until its port is closed. */
  watch(request: WatchRequest): LockWatch {
    return this.#releases.watch(request);
  }
}
