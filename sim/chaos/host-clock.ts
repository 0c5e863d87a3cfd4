import type { Instant } from '../../src/base/time.js';
import { systemClock } from '../../src/bindings/system-clock.js';

/** How often the two clocks are compared; the closest comparison counts. */
const COMPARISONS = 20;

/**
 * The host's one monotonic clock, in whole microseconds since `origin`. All processes of a host read the same clock, so
 * what they stamp with it can be put in order.
 */
export class HostClock {
  /** How far this clock is ahead of the process's own, at least. */
  readonly #ahead: number;

  constructor(readonly origin: bigint = process.hrtime.bigint()) {
    // Both count the same ticks from different starts. The larger of two lower bounds is nearer to the truth.
    this.#ahead = Math.max(
      ...Array.from({ length: COMPARISONS }, () => {
        const before = this.now();
        return before - (systemClock.now() + 1);
      }),
    );
  }

  now(): number {
    return Number((process.hrtime.bigint() - this.origin) / 1000n);
  }

  /**
   * What this clock shows when the process's own shows `instant`; if it errs, then by a few microseconds to the early side,
   * so that no lease looks longer than its holder believed.
   */
  at(instant: Instant): number {
    return instant + this.#ahead;
  }
}
