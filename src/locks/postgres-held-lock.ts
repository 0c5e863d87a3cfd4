import { unknown } from '../base/outcome.js';
import { after, between, microseconds, milliseconds, type Duration } from '../base/time.js';
import type { Clock } from '../ports/clock.js';
import type { PostgresPort } from '../ports/postgres.js';
import type { Envelope } from './envelope.js';
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
import { HeldSession, type Opening, type ServerLock } from './postgres-held-session.js';
import { PostgresLeaseLock } from './postgres-lease-lock.js';
import { within } from './sleep.js';

/** What `postgresAdvisoryLock` and `postgresRowLock` have in common. */
export interface HeldLockOptions {
  readonly postgres: PostgresPort;
  readonly clock: Clock;
  /** Goes before the names of the tables. Default `holdfast`. */
  readonly prefix?: string;
  /** How far the clock of any party may run fast or slow, in parts per million. Default 20,000; at most 200,000. */
  readonly maxClockDriftPpm?: number;
}

/**
 * A lock of the server, for the queue, and a lease in a committed row, for the promise.
 *
 * The server's lock alone cannot promise a lease (test: "a session that the server ends"): 1. A has the lock.  2. A's
 * connection is reset, or the server restarts; A is asleep, or cut off, and does not know.  3. The lock is free: B has it.
 * 4. A believes in its lease still. The row is committed before A is told of its grant, so B, who is next in the queue,
 * finds it there and waits for its end.
 */
export class PostgresHeldLock implements LockProtocol {
  readonly name: string;
  readonly assumes: Envelope;
  readonly #postgres: PostgresPort;
  readonly #clock: Clock;
  readonly #lock: ServerLock;
  readonly #lease: PostgresLeaseLock;
  /** By key and owner. */
  readonly #places = new Map<string, HeldSession>();
  readonly #watches = new Map<string, () => void>();

  constructor(name: string, lock: ServerLock, envelope: Envelope, options: HeldLockOptions) {
    this.name = name;
    this.#lock = lock;
    this.#postgres = options.postgres;
    this.#clock = options.clock;
    this.#lease = new PostgresLeaseLock(options);
    this.assumes = { ...envelope, bounds: this.#lease.assumes.bounds };
  }

  async acquire(request: AcquireRequest): Promise<AcquireReply> {
    const { key, owner, ttl, timeout, mayQueue = false } = request;
    const deadline = after(this.#clock.now(), timeout);
    const left = (): Duration => microseconds(Math.max(1000, between(this.#clock.now(), deadline)));
    const known = this.#places.get(nameOf(request));
    const place = known ?? this.#newPlace(request);
    const opening = await within(this.#clock, timeout, place.opened);
    if (place.isOver) return await this.#withoutPlace(await place.opened, request, left());
    if (opening === undefined) return place.isQueued ? queued(ttl) : unknown('timeout');
    // One who has waited between the two grants has the server wait again.
    if (known !== undefined) void place.touch(ttl);
    const answer = await this.#lease.acquire({ key, owner, ttl, timeout: left() }, place.token);
    if (place.isOver) return unknown('connection-lost');
    if (answer.status === 'granted') {
      place.keep(ttl);
      return { ...answer, lost: place.lost };
    }
    if (answer.status !== 'refused') return answer;
    if (answer.reason === 'held' && mayQueue) return queued(answer.remaining);
    await place.end(left());
    return answer;
  }

  async extend(request: ExtendRequest): Promise<ExtendReply> {
    const place = this.#places.get(nameOf(request));
    if (place === undefined) return { status: 'lost' };
    void place.touch(request.ttl);
    const answer = await this.#lease.extend(request);
    if (place.isOver) return { status: 'lost' };
    if (answer.status === 'extended') place.keep(request.ttl);
    return answer;
  }

  /** The lease first, then the server's lock: who is next in the queue finds the row free. */
  async release(request: ReleaseRequest): Promise<ReleaseReply> {
    const place = this.#places.get(nameOf(request));
    const answer = await this.#lease.release(request);
    await place?.end(request.timeout);
    return answer;
  }

  watch(request: WatchRequest): LockWatch {
    const places = this.#places;
    const name = nameOf(request);
    this.#watches.set(name, request.wake);
    return {
      get hears() {
        return places.has(name);
      },
      close: () => void this.#watches.delete(name),
    };
  }

  #newPlace(request: AcquireRequest): HeldSession {
    const { key, ttl, mayQueue } = request;
    const name = nameOf(request);
    const place: HeldSession = new HeldSession({
      postgres: this.#postgres,
      clock: this.#clock,
      lock: this.#lock,
      key,
      form: mayQueue === true ? 'wait' : 'ask',
      ttl,
      patience: microseconds(Math.max(ttl, LEAST_PATIENCE)),
      changed: () => {
        // Not the one that has come after it.
        if (this.#places.get(name) !== place) return;
        if (place.isOver) this.#places.delete(name);
        this.#watches.get(name)?.();
      },
    });
    this.#places.set(name, place);
    return place;
  }

  /** The server's lock was not to be had, or is lost again. Nothing was asked of the lease. */
  async #withoutPlace(opening: Opening, { key, mayQueue }: AcquireRequest, timeout: Duration): Promise<AcquireReply> {
    if (opening === 'taken') return await this.#lease.look({ key, timeout });
    if (opening === 'held') return unknown('connection-lost');
    const waitedLong = opening.status === 'refused' && opening.refusal.reason === 'error' && opening.refusal.sqlstate === LOCK_NOT_AVAILABLE;
    return waitedLong && mayQueue === true ? queued(milliseconds(1)) : withoutResult(opening);
  }
}

const nameOf = ({ key, owner }: Pick<AcquireRequest, 'key' | 'owner'>): string => `${owner}\n${key}`;

/** How long to stay in the server's queue without a word from it, at least: the connection may have died silently. */
const LEAST_PATIENCE = milliseconds(1000);
const LOCK_NOT_AVAILABLE = '55P03';

const queued = (remaining: Duration): AcquireReply => ({ status: 'queued', remaining: microseconds(Math.max(1000, remaining)) });
