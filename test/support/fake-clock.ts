import { milliseconds, type Duration, type Instant, type Timestamp } from '../../src/base/time.js';
import type { Clock, Timer } from '../../src/ports/clock.js';

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now = 0;
  #timers: { readonly due: number; readonly callback: () => void }[] = [];

  now(): Instant {
    return this.#now as Instant;
  }

  timestamp(): Timestamp {
    return this.#now as Timestamp;
  }

  get nowMs(): number {
    return this.#now / 1000;
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.length;
  }

  setTimer(length: Duration, callback: () => void): Timer {
    const timer = { due: this.#now + Math.max(0, length), callback };
    this.#timers.push(timer);
    return { cancel: () => void (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  /** Lets `ms` pass, timer by timer, and lets everything that each one sets off run to its end. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + milliseconds(ms);
    for (;;) {
      await settled();
      const next = this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
    }
    this.#now = end;
  }

  /** The process sleeps: time passes, and no timer fires until it is awake again. */
  sleepThrough(ms: number): void {
    this.#now += milliseconds(ms);
  }
}

/** Resolves when everything that can run without time passing has run. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
