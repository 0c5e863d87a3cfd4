import type { Duration } from '../base/time.js';
import type { Clock } from '../ports/clock.js';
import type { LockProtocol, LockWatch } from './lock-protocol.js';

export interface ReleaseWatchParts {
  readonly protocol: LockProtocol;
  readonly clock: Clock;
  readonly key: string;
  readonly owner: string;
}

/**
 * What one waiter makes of its protocol's `watch`: it remembers a wake-up that comes while it is not asleep.
 *
 * Without that memory (test: R14): 1. the waiter asks; the key is held.  2. The holder releases; the waiter is woken.  3. The
 * answer of step 1 is read, and the waiter sleeps for the holder's ttl, beside a free key.
 */
export class ReleaseWatch {
  readonly #parts: ReleaseWatchParts;
  #watch: LockWatch | null = null;
  #wasWoken = false;
  /** Ends the present sleep. */
  #rise: (() => void) | null = null;

  constructor(parts: ReleaseWatchParts) {
    this.#parts = parts;
  }

  get hears(): boolean {
    return this.#watch?.hears === true;
  }

  /** Before a request: what was told so far, its answer will know. */
  forget(): void {
    this.#wasWoken = false;
  }

  /** Begins to watch, once; false for a protocol that cannot. */
  begin(): boolean {
    const { protocol, key, owner } = this.#parts;
    this.#watch ??= protocol.watch?.({ key, owner, wake: () => this.#wake() }) ?? null;
    return this.#watch !== null;
  }

  /** Resolves at the next wake-up, at once if one has come since `forget`, or when `longest` has passed, or `signal` aborts. */
  next(longest: Duration, signal?: AbortSignal): Promise<void> {
    if (this.#wasWoken || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const rise = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', rise);
        this.#rise = null;
        resolve();
      };
      const timer = this.#parts.clock.setTimer(longest, rise);
      signal?.addEventListener('abort', rise);
      this.#rise = rise;
    });
  }

  close(): void {
    this.#watch?.close();
    this.#watch = null;
  }

  #wake(): void {
    this.#wasWoken = true;
    this.#rise?.();
  }
}
