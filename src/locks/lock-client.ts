import { OptionsError } from '../base/options-error.js';
import { nameText, wholeNumber } from '../base/options.js';
import { between, milliseconds, type Duration, type Instant } from '../base/time.js';
import type { Clock } from '../ports/clock.js';
import { noObserver, type Observer } from '../ports/observer.js';
import type { Random } from '../ports/random.js';
import { Acquisition, type AcquisitionResult } from './acquisition.js';
import type { Envelope } from './envelope.js';
import { keepAlive } from './keep-alive.js';
import { HeldLease, MIN_TTL_MS, type Lease, type ReleaseResult } from './lease.js';
import type { LockProtocol } from './lock-protocol.js';
import type { AttemptPolicy } from './until-known.js';

export interface LockClientOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Default: none. */
  readonly observer?: Observer;
  /**
   * How long the first attempt of a request waits for its answer; further ones wait longer. Default 100 ms, but never more
   * than a quarter of the ttl. A lost reply on a free key costs this much.
   */
  readonly attemptTimeoutMs?: number;
  /** How often an unanswered extend or release is sent, and an acquire when its wait is over. Default 3. */
  readonly attempts?: number;
  /** Bounds of the jittered pause between polls of a held key. Default 10 and 150 ms. */
  readonly pollMinMs?: number;
  readonly pollMaxMs?: number;
}

export interface AcquireOptions {
  /** How long the lease lasts without renewal. From 10 ms up; choose it longer than the work, or renew. */
  readonly ttlMs: number;
  /**
   * How long to wait while others hold the key; no limit when absent, not at all when 0. Finding out what became of an
   * unanswered request may take a few attempts longer.
   */
  readonly waitMs?: number;
  /** Ends the acquisition. What it may have taken is given back. It does not end a lease that was handed out. */
  readonly signal?: AbortSignal;
  /** Renews the lease by itself until it was held this long in all, then lets it run out. Absent: no renewal. */
  readonly maxHoldMs?: number;
}

export type AcquireResult = { readonly status: 'granted'; readonly lease: Lease } | NotAcquired;

/** `unknown`: no request was answered. The key may be taken for nobody, until its ttl ends or the release sent after it arrives. */
export type NotAcquired = Exclude<AcquisitionResult, { readonly status: 'granted' }>;

export type WithLockResult<Value> =
  /** The work was done. `release` other than `released` says that it may have outlived its lease. */
  { readonly status: 'done'; readonly value: Value; readonly release: ReleaseResult } | NotAcquired;

/**
 * Distributed locks over one protocol.
 *
 * No method rejects for what other holders, network or store did: that is the result. They reject with an OptionsError for
 * options that cannot be meant; `withLock` also with whatever its callback throws.
 */
export class LockClient {
  readonly #protocol: LockProtocol;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #observer: Observer;
  readonly #policy: AttemptPolicy;
  readonly #pause: { readonly min: Duration; readonly max: Duration };

  constructor(protocol: LockProtocol, options: LockClientOptions) {
    this.#protocol = protocol;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#observer = options.observer ?? noObserver;
    this.#policy = {
      timeout: milliseconds(wholeNumber('attemptTimeoutMs', options.attemptTimeoutMs ?? 100, 1)),
      attempts: wholeNumber('attempts', options.attempts ?? 3, 1, 100),
    };
    const pollMinMs = wholeNumber('pollMinMs', options.pollMinMs ?? 10, 1);
    const pollMaxMs = wholeNumber('pollMaxMs', options.pollMaxMs ?? Math.max(150, pollMinMs), 1, 60_000);
    if (pollMaxMs < pollMinMs) throw new OptionsError(`pollMaxMs (${pollMaxMs}) must not be less than pollMinMs (${pollMinMs})`);
    this.#pause = { min: milliseconds(pollMinMs), max: milliseconds(pollMaxMs) };
  }

  /** What the protocol assumes. */
  get assumes(): Envelope {
    return this.#protocol.assumes;
  }

  /** Asks for the key until it is granted, the wait is over or `signal` aborts. Each call is an acquisition of its own, with a fresh owner id. */
  async acquire(key: string, options: AcquireOptions): Promise<AcquireResult> {
    const { ttlMs, waitMs, maxHoldMs, signal } = checked(key, options);
    const owner = this.#random.id();
    const started = this.#clock.now();
    const acquisition = new Acquisition({
      protocol: this.#protocol,
      clock: this.#clock,
      random: this.#random,
      policy: this.#policy,
      pause: this.#pause,
      key,
      owner,
      ttl: milliseconds(ttlMs),
      ...(waitMs === undefined ? {} : { wait: milliseconds(waitMs) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const result = await acquisition.run();
    this.#report(key, owner, started, acquisition.attempts, result);
    if (result.status !== 'granted') return result;
    const lease = new HeldLease({
      protocol: this.#protocol,
      clock: this.#clock,
      observer: this.#observer,
      policy: this.#policy,
      key,
      owner,
      token: result.token,
      expiresAt: result.expiresAt,
      ttlMs,
      ...(result.lost === undefined ? {} : { lost: result.lost }),
    });
    if (maxHoldMs !== undefined) keepAlive(lease, { clock: this.#clock, ttlMs, maxHoldMs });
    return { status: 'granted', lease };
  }

  /** Asks for the key without waiting for a holder. */
  tryAcquire(key: string, options: Omit<AcquireOptions, 'waitMs'>): Promise<AcquireResult> {
    return this.acquire(key, { ...options, waitMs: 0 });
  }

  /**
   * Does `work` under the lock. Its value, or what it throws, always comes through: an expired lease or a failing release
   * is told beside it and never instead of it ("paid" must not become an exception that makes the caller pay again).
   * `work` must look at `lease.signal`, and give `lease.token` to what it writes.
   */
  async withLock<Value>(key: string, options: AcquireOptions, work: (lease: Lease) => Value | PromiseLike<Value>): Promise<WithLockResult<Value>> {
    const acquired = await this.acquire(key, options);
    if (acquired.status !== 'granted') return acquired;
    const { lease } = acquired;
    let value: Value;
    try {
      value = await work(lease);
    } catch (error) {
      await releaseQuietly(lease);
      throw error;
    }
    return { status: 'done', value, release: await releaseQuietly(lease) };
  }

  #report(key: string, owner: string, started: Instant, attempts: number, result: AcquisitionResult): void {
    const waited = between(started, this.#clock.now());
    if (result.status === 'granted') this.#observer.observe({ kind: 'granted', key, owner, token: result.token, waited, attempts });
    else if (result.status === 'refused') this.#observer.observe({ kind: 'refused', key, owner, reason: result.reason, waited, attempts });
    else this.#observer.observe({ kind: 'unknown', key, owner, during: 'acquire' });
  }
}

/** `release` rejects only for a bug in a protocol; even that must not replace what the work gave (R8). */
async function releaseQuietly(lease: Lease): Promise<ReleaseResult> {
  try {
    return await lease.release();
  } catch {
    return { status: 'unknown', reason: 'connection-lost' };
  }
}

function checked(key: string, options: AcquireOptions): AcquireOptions {
  nameText('key', key);
  const { ttlMs, waitMs, maxHoldMs } = options;
  wholeNumber('ttlMs', ttlMs, MIN_TTL_MS);
  if (waitMs !== undefined) wholeNumber('waitMs', waitMs, 0);
  if (maxHoldMs !== undefined) wholeNumber('maxHoldMs', maxHoldMs, ttlMs);
  return options;
}
