import type { FencingToken } from '../base/fencing-token.js';
import { after, between, milliseconds, type Duration, type Instant } from '../base/time.js';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import type { AcquireReply, LockProtocol } from './lock-protocol.js';
import { ReleaseWatch } from './release-watch.js';
import { orAborted, sleep } from './sleep.js';
import { attemptTimeout, fraction, RECONNECT_PAUSE, shorter, untilKnown, type AttemptPolicy } from './until-known.js';

export interface AcquisitionParts {
  readonly protocol: LockProtocol;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: AttemptPolicy;
  /** Pauses between polls of a held key: jittered, doubling from `min` to `max`. */
  readonly pause: { readonly min: Duration; readonly max: Duration };
  readonly key: string;
  readonly owner: string;
  readonly ttl: Duration;
  /** Absent: no limit. */
  readonly wait?: Duration;
  readonly signal?: AbortSignal;
}

export type AcquisitionResult =
  | { readonly status: 'granted'; readonly token: FencingToken; readonly expiresAt: Instant; readonly lost?: AbortSignal }
  | { readonly status: 'refused'; readonly reason: 'held' | 'timeout'; readonly holder: string | null; readonly remaining: Duration }
  | { readonly status: 'refused'; readonly reason: 'aborted' }
  | { readonly status: 'refused'; readonly reason: 'unavailable'; readonly message: string }
  | { readonly status: 'unknown' };

/** A key expires when its time is *past*, and the remaining time is rounded: a poll at the very end would find it there still. */
const JUST_AFTER_EXPIRY = milliseconds(1);

/** What is heard can fail to come (a connection may die unnoticed): a look now and then, however long the holder's ttl. */
const LONGEST_UNWATCHFUL = milliseconds(1000);

/**
 * One acquisition, under one owner id, from the first request to the grant or to giving up. Whatever it leaves behind
 * without knowing (an unanswered request may have taken the key, or may do so yet) it gives back.
 */
export class Acquisition {
  readonly #parts: AcquisitionParts;
  readonly #giveUpAt: number;
  readonly #patience: AttemptPolicy;
  #attempts = 0;
  #pauses = 0;
  /** Unanswered requests since the last answer. */
  #unanswered = 0;
  /** Whether the store may hold the key for this owner without anybody knowing, now or later. */
  #mayLeak = false;
  readonly #watch: ReleaseWatch;

  constructor(parts: AcquisitionParts) {
    this.#parts = parts;
    this.#watch = new ReleaseWatch(parts);
    this.#giveUpAt = parts.wait === undefined ? Number.POSITIVE_INFINITY : after(parts.clock.now(), parts.wait);
    this.#patience = { attempts: parts.policy.attempts, timeout: shorter(parts.policy.timeout, fraction(parts.ttl, 4)) };
  }

  get attempts(): number {
    return this.#attempts;
  }

  async run(): Promise<AcquisitionResult> {
    try {
      return await this.#run();
    } finally {
      this.#watch.close();
    }
  }

  async #run(): Promise<AcquisitionResult> {
    const { clock } = this.#parts;
    for (;;) {
      this.#watch.forget();
      const answer = await this.#ask();
      // Abort between grant and return (A6): the grant is given back, not forgotten.
      if (answer === 'aborted') return this.#giveUp({ status: 'refused', reason: 'aborted' });
      // A grant is handed out only while it lasts (R1): 1. the request is sent.  2. It is granted.  3. The reply, or this
      // process, is held up for more than the ttl.  4. The key expires; another takes it.  5. The reply is read.
      if (answer.status === 'granted' && clock.now() < answer.expiresAt) return answer;
      const pause = this.#pauseAfter(answer);
      if (pause === null) return this.#giveUp(this.#resultOf(answer));
      if (pause > 0) await this.#sleep(answer, pause);
    }
  }

  /** One request, always under the same owner: a repeat finds what a lost reply has hidden (R2), and takes nothing twice. */
  async #ask(): Promise<AcquireReply | 'aborted'> {
    const { protocol, clock, key, owner, ttl, signal } = this.#parts;
    if (isAborted(signal)) return 'aborted';
    this.#attempts += 1;
    const timeout = shorter(attemptTimeout(this.#patience, this.#unanswered + 1), fraction(ttl, 2));
    const mayQueue = clock.now() < this.#giveUpAt;
    const answer = await orAborted(protocol.acquire({ key, owner, ttl, timeout, mayQueue }), signal);
    const known = answer !== 'aborted' && answer.status !== 'unknown';
    this.#unanswered = known ? 0 : this.#unanswered + 1;
    // Refused, it has taken nothing; in all else there may be a lease, or a place in the queue.
    if (answer === 'aborted' || answer.status !== 'refused') this.#mayLeak = true;
    return isAborted(signal) ? 'aborted' : answer;
  }

  /** How long to wait before asking again; null when there is no more point in it. */
  #pauseAfter(answer: AcquireReply): Duration | null {
    const left = between(this.#parts.clock.now(), this.#giveUpAt as Instant);
    switch (answer.status) {
      case 'granted': // over before it was read
      case 'unknown':
        // Beyond the wait a few more attempts are made: they don't wait for a holder, they find out what happened.
        if (left <= 0 && this.#attempts >= this.#parts.policy.attempts) return null;
        return answer.status === 'unknown' && answer.reason === 'connection-lost' ? RECONNECT_PAUSE : (0 as Duration);
      case 'queued':
        return left <= 0 ? null : this.#pause(Math.min(left, answer.remaining));
      case 'refused':
        if (left <= 0 || answer.reason === 'released') return null;
        if (answer.reason === 'held') return this.#pause(Math.min(left, answer.remaining + JUST_AFTER_EXPIRY));
        return answer.transient ? this.#pause(left) : null;
    }
  }

  /** Until the pause is over, or what others hold may be free. Who is told of that need not poll. */
  async #sleep(answer: AcquireReply, pause: Duration): Promise<void> {
    const { clock, signal } = this.#parts;
    if (!('remaining' in answer) || !this.#watch.begin()) return sleep(clock, pause, signal);
    const left = between(clock.now(), this.#giveUpAt as Instant);
    const longest = this.#watch.hears ? Math.min(left, answer.remaining + JUST_AFTER_EXPIRY, LONGEST_UNWATCHFUL) : pause;
    await this.#watch.next(Math.ceil(longest) as Duration, signal);
  }

  /** A jittered pause, from half to all of a length that doubles with every pause, but never beyond `limit`. */
  #pause(limit: number): Duration {
    const { random, pause } = this.#parts;
    const longest = Math.min(pause.min * 2 ** Math.min(this.#pauses, 20), pause.max);
    this.#pauses += 1;
    const half = Math.ceil(longest / 2);
    return Math.min(half + random.integer(half), Math.ceil(limit)) as Duration;
  }

  #resultOf(answer: AcquireReply): AcquisitionResult {
    if (answer.status === 'refused' && answer.reason === 'unavailable') {
      return this.#mayLeak ? { status: 'unknown' } : { status: 'refused', reason: 'unavailable', message: answer.message };
    }
    if (answer.status === 'refused' || answer.status === 'queued') {
      const waited = this.#parts.wait !== 0;
      const held = 'holder' in answer ? { holder: answer.holder, remaining: answer.remaining } : { holder: null, remaining: 0 as Duration };
      return { status: 'refused', reason: waited ? 'timeout' : 'held', ...held };
    }
    return { status: 'unknown' };
  }

  /** The end without a lease. What may have been taken is given back, without keeping the caller waiting for it. */
  #giveUp(result: AcquisitionResult): AcquisitionResult {
    const { protocol, clock, policy, key, owner } = this.#parts;
    if (this.#mayLeak) void untilKnown(clock, policy, (timeout) => protocol.release({ key, owner, timeout })).catch(ignore);
    return result;
  }
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

/** Best effort: what is not given back frees itself at the end of its ttl. */
const ignore = (): void => {};
