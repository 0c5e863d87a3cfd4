import type { DrawStream } from './draws.js';

/**
 * Decides how much later than it could an event happens: a timer may be late, never early, and with it all that its process
 * has to do by then, as in a busy event loop; a message may take longer, never overtake on its connection. Every order
 * that a schedule makes is one that a real machine could show.
 */
export interface Schedule {
  /** Extra microseconds, 0 or more, for an event of this kind. */
  lateness(kind: string): number;
}

/** Nothing is ever late: order by `(time, seq)`. */
export const promptSchedule: Schedule = { lateness: () => 0 };

/** One event in `oneIn` is late, by up to `maxMicroseconds`. */
export function lateSchedule(draws: DrawStream, oneIn: number, maxMicroseconds: number): Schedule {
  return { lateness: () => (draws.next(oneIn) === 0 ? draws.next(maxMicroseconds + 1) : 0) };
}
