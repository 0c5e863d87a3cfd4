import { performance } from 'node:perf_hooks';
import type { Duration, Instant, Timestamp } from '../base/time.js';
import type { Clock, Timer } from '../ports/clock.js';

/** The longest delay that Node's timers take; a longer one would fire at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/**
 * This machine's clocks. The monotonic one stands still while the whole machine is suspended, so a lease held by a
 * suspended laptop or a frozen virtual machine looks younger afterwards than it is: there, only the fence protects.
 */
export const systemClock: Clock = Object.freeze({
  now: () => Math.floor(performance.now() * 1000) as Instant,
  timestamp: () => (Date.now() * 1000) as Timestamp,
  setTimer(length: Duration, callback: () => void): Timer {
    const due = performance.now() + length / 1000;
    let handle: ReturnType<typeof setTimeout>;
    // Node may fire up to a millisecond early; a deadline must not.
    const arm = (): void => {
      const left = due - performance.now();
      handle = setTimeout(() => (performance.now() >= due ? callback() : arm()), Math.min(Math.max(0, Math.ceil(left)), LONGEST_DELAY_MS));
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
});
