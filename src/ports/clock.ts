import type { Duration, Instant, Timestamp } from '../base/time.js';

/** A process's own two clocks and its timers. */
export interface Clock {
  /** The monotonic clock: never steps, may drift. The only one that may time a lease. */
  now(): Instant;
  /** The wall clock: may step either way, or be wrong by years. For people and logs. */
  timestamp(): Timestamp;
  /** Calls back once, no sooner than `length` from now by the monotonic clock; later when the process is busy or asleep. */
  setTimer(length: Duration, callback: () => void): Timer;
}

export interface Timer {
  /** Stops the timer. Harmless when it has fired. */
  cancel(): void;
}
