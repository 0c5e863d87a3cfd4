import type { FencingToken } from '../base/fencing-token.js';
import { between, milliseconds, type Duration, type Instant } from '../base/time.js';
import { wholeNumber } from '../base/options.js';
import type { Clock, Timer } from '../ports/clock.js';
import type { Observer } from '../ports/observer.js';
import { LeaseLostError } from './lease-lost-error.js';
import type { ExtendReply, LockProtocol, Unavailable } from './lock-protocol.js';
import type { Unknown } from '../base/outcome.js';
import { fraction, shorter, untilKnown, type AttemptPolicy } from './until-known.js';

/**
 * A grant with an end. It ends at `expiresAt` at the latest, whatever the server says or does not say; whoever works
 * under it looks at `signal`, and gives `token` to the resource, because a process can sleep past any deadline.
 */
export interface Lease extends AsyncDisposable {
  readonly key: string;
  /** The id of this acquisition, as the store knows it. */
  readonly owner: string;
  readonly token: FencingToken;
  /** When the lease ends, by this process's monotonic clock. `extend` moves it, only ever later. */
  readonly expiresAt: Instant;
  /** Aborts, with a `LeaseLostError`, when the lease ends before it was released: at its local end, or when its loss is known. */
  readonly signal: AbortSignal;
  /** Makes the lease last for at least `ttlMs` from now (as long as at first, when absent). Never shortens it, and never revives one that is over. */
  extend(ttlMs?: number): Promise<ExtendResult>;
  /** Gives the key back. Never rejects for what network or store did, is idempotent, and ends the lease at once for its holder. */
  release(): Promise<ReleaseResult>;
}

export type ExtendResult =
  | { readonly status: 'extended'; readonly expiresAt: Instant }
  /** `expired`: the local end had passed. `taken`: the store does not know this lease (any more). `released`: by us. */
  | { readonly status: 'lost'; readonly reason: 'expired' | 'taken' | 'released' }
  /** Nothing changed here: the lease still ends at the old `expiresAt`. */
  | Unavailable
  | Unknown;

export type ReleaseResult =
  | { readonly status: 'released' }
  /** It was no longer ours to give back: it had expired, and others may have had the key since. */
  | { readonly status: 'lost' }
  /** The key frees itself at the end of its ttl, if it was not released. */
  | Unavailable
  | Unknown;

export interface LeaseParts {
  readonly protocol: LockProtocol;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly policy: AttemptPolicy;
  readonly key: string;
  readonly owner: string;
  readonly token: FencingToken;
  readonly expiresAt: Instant;
  readonly ttlMs: number;
  /** Aborts when the protocol learns, unasked, that the lease is lost. */
  readonly lost?: AbortSignal;
}

/** The lease that a `LockClient` hands out. */
export class HeldLease implements Lease {
  readonly key: string;
  readonly owner: string;
  readonly token: FencingToken;
  readonly #parts: LeaseParts;
  readonly #controller = new AbortController();
  readonly #grantedAt: Instant;
  readonly #endListeners: (() => void)[] = [];
  #expiresAt: Instant;
  #state: 'held' | 'expired' | 'taken' | 'released' = 'held';
  #deadline: Timer;
  #releasing: Promise<ReleaseResult> | null = null;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
    this.key = parts.key;
    this.owner = parts.owner;
    this.token = parts.token;
    this.#grantedAt = parts.clock.now();
    this.#expiresAt = parts.expiresAt;
    this.#deadline = this.#startDeadline();
    const { lost } = parts;
    if (lost?.aborted === true) this.#end('taken');
    else lost?.addEventListener('abort', () => this.#end('taken'), { once: true });
  }

  get expiresAt(): Instant {
    return this.#expiresAt;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Calls back once when the lease is over, for whatever reason; at once when it is over already. */
  whenOver(callback: () => void): void {
    if (this.#state === 'held') this.#endListeners.push(callback);
    else callback();
  }

  async extend(ttlMs: number = this.#parts.ttlMs): Promise<ExtendResult> {
    const { protocol, clock, policy } = this.#parts;
    const ttl = milliseconds(wholeNumber('ttlMs', ttlMs, MIN_TTL_MS));
    this.#endIfPast();
    if (this.#state !== 'held') return { status: 'lost', reason: this.#state };
    const held = (): boolean => this.#state === 'held' && this.#left() > 0;
    // A lost reply or a refused connection is no loss while there is time to ask again (test: A7).
    const answer = await untilKnown<ExtendReply>(
      clock,
      { ...policy, timeout: shorter(policy.timeout, fraction(this.#left(), 4)) },
      (timeout) => protocol.extend({ key: this.key, owner: this.owner, token: this.token, ttl, timeout: shorter(timeout, this.#left()) }),
      held,
    );
    // The answer may come after the end: the signal has told so, and nobody may start to believe again.
    this.#endIfPast();
    if (this.#state !== 'held') return { status: 'lost', reason: this.#state };
    if (answer.status === 'lost') {
      this.#end('taken');
      return { status: 'lost', reason: 'taken' };
    }
    if (answer.status === 'extended') {
      if (answer.expiresAt > this.#expiresAt) this.#expiresAt = answer.expiresAt;
      this.#parts.observer.observe({ kind: 'extended', key: this.key, owner: this.owner });
      return { status: 'extended', expiresAt: this.#expiresAt };
    }
    if (answer.status === 'unknown') this.#parts.observer.observe({ kind: 'unknown', key: this.key, owner: this.owner, during: 'extend' });
    return answer;
  }

  release(): Promise<ReleaseResult> {
    this.#endIfPast();
    this.#end('released');
    this.#releasing ??= this.#giveBack();
    return this.#releasing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  async #giveBack(): Promise<ReleaseResult> {
    const { protocol, clock, observer, policy } = this.#parts;
    const held = between(this.#grantedAt, clock.now());
    const answer = await untilKnown(clock, policy, (timeout) => protocol.release({ key: this.key, owner: this.owner, timeout }));
    if (answer.status === 'released') observer.observe({ kind: 'released', key: this.key, owner: this.owner, held });
    if (answer.status === 'unknown') observer.observe({ kind: 'unknown', key: this.key, owner: this.owner, during: 'release' });
    return answer;
  }

  /**
   * Wakes the holder at the local deadline. Without it (test: R4): 1. the lease begins.  2. The server stops.  3. Renewals get no answer.
   * 4. The ttl passes; the server, back, grants the key to another.  5. This holder still waits for its answer, and works.
   */
  #startDeadline(): Timer {
    const deadline = this.#expiresAt;
    return this.#parts.clock.setTimer(this.#left(), () => {
      if (this.#expiresAt > deadline)
        this.#deadline = this.#startDeadline(); // it was extended meanwhile
      else this.#endIfPast();
    });
  }

  #left(): Duration {
    return between(this.#parts.clock.now(), this.#expiresAt);
  }

  #endIfPast(): void {
    if (this.#parts.clock.now() >= this.#expiresAt) this.#end('expired');
  }

  #end(how: 'expired' | 'taken' | 'released'): void {
    if (this.#state !== 'held') return;
    this.#state = how;
    this.#deadline.cancel();
    if (how !== 'released') {
      this.#parts.observer.observe({ kind: 'lost', key: this.key, owner: this.owner, reason: how });
      this.#controller.abort(new LeaseLostError(this.key, how));
    }
    for (const callback of this.#endListeners) callback();
  }
}

/** Below this a lease is mostly margin. */
export const MIN_TTL_MS = 10;
