import { assert } from '../src/base/assert.js';

const MILLION = 1_000_000;

/**
 * A clock that may run fast or slow, and may step. Readings are whole microseconds, and a pure function of true time:
 * piecewise linear, in integer arithmetic.
 */
export class DriftingClock {
  /** Those that are over; null until the first is, as most clocks of most runs never change their rate. */
  private past: Segment[] | null = null;
  private watchers: Watcher[] | null = null;
  private present: Segment;

  constructor(trueStart: number, reading: number) {
    this.present = { trueStart, reading, ppm: 0 };
  }

  /** What the clock shows at true time `now`. */
  at(now: number): number {
    if (this.watchers !== null) for (const watcher of [...this.watchers]) if (watcher(now)) this.unwatch(watcher);
    return readingAt(this.present, now);
  }

  /** Calls `watcher` at each reading until it answers true: how a clock fault learns that somebody depended on it. What it returns ends that. */
  watch(watcher: Watcher): () => void {
    (this.watchers ??= []).push(watcher);
    return () => this.unwatch(watcher);
  }

  /** From `now` on it gains `ppm` microseconds a second (loses, when negative). */
  setDrift(now: number, ppm: number): void {
    assert(Number.isInteger(ppm) && ppm > -MILLION, `a clock cannot drift by ${ppm} ppm`);
    this.begin({ trueStart: now, reading: readingAt(this.present, now), ppm });
  }

  /** Jumps by `microseconds`, either way. */
  step(now: number, microseconds: number): void {
    this.begin({ trueStart: now, reading: readingAt(this.present, now) + microseconds, ppm: this.present.ppm });
  }

  /** How much true time passes while the clock, at its present rate, gains `length`. Rounded up: a timer is never early. */
  trueLengthOf(length: number): number {
    const { ppm } = this.present;
    return ppm === 0 ? length : Math.ceil((length * MILLION) / (MILLION + ppm));
  }

  /** The first true time at which the clock shows `reading` or more; for clocks that never stepped back. */
  trueTimeOf(reading: number): number {
    const segments = [...(this.past ?? []), this.present];
    let segment = segments[0] as Segment;
    let end = Infinity;
    for (const next of segments) {
      if (next.reading > reading) {
        // A step forward may have passed over it.
        if (next !== segment) end = next.trueStart;
        break;
      }
      segment = next;
    }
    const length = Math.max(0, reading - segment.reading);
    return Math.min(end, segment.trueStart + Math.ceil((length * MILLION) / (MILLION + segment.ppm)));
  }

  private unwatch(watcher: Watcher): void {
    const left = this.watchers?.filter((other) => other !== watcher) ?? [];
    this.watchers = left.length === 0 ? null : left;
  }

  private begin(segment: Segment): void {
    (this.past ??= []).push(this.present);
    this.present = segment;
  }
}

type Watcher = (now: number) => boolean;

interface Segment {
  readonly trueStart: number;
  readonly reading: number;
  readonly ppm: number;
}

function readingAt(segment: Segment, now: number): number {
  const passed = now - segment.trueStart;
  return segment.reading + passed + (segment.ppm === 0 ? 0 : Math.floor((passed * segment.ppm) / MILLION));
}
