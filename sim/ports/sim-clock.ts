import type { Duration, Instant, Timestamp } from '../../src/base/time.js';
import type { Clock, Timer } from '../../src/ports/clock.js';
import type { Incarnation } from '../kernel/process.js';

/** The clocks and timers of one life of a simulated process. */
export class SimClock implements Clock {
  constructor(private readonly own: Incarnation) {}

  now(): Instant {
    return this.own.process.monotonic.at(this.own.world.now) as Instant;
  }

  timestamp(): Timestamp {
    return this.own.process.wall.at(this.own.world.now) as Timestamp;
  }

  setTimer(length: Duration, callback: () => void): Timer {
    return this.own.setTimer(length, callback);
  }
}
