import { byKey } from '../models/by-key.js';
import { inMilliseconds } from '../models/history-fields.js';
import { leaseIntervals, type LeaseInterval } from '../models/leases.js';
import type { Property, Violation } from './property.js';

/**
 * One holder at a time, by true time. Valid means: granted, not past the end by the holder's own clock, not released and
 * not known to be lost. A holder that works on after that is not this property's business: that is what fences are for.
 */
export const mutualExclusion: Property = {
  name: 'mutual-exclusion',
  kind: 'always',
  claim: 'At no instant are two leases of one key valid.',
  check(history) {
    let first: Overlap | null = null;
    for (const intervals of byKey(leaseIntervals(history), (interval) => interval.acquire.key).values()) {
      const overlap = firstOverlap(intervals);
      if (overlap !== null && (first === null || overlap.second.from < first.second.from)) first = overlap;
    }
    return first === null ? null : describe(first);
  },
};

interface Overlap {
  readonly holder: LeaseInterval;
  readonly second: LeaseInterval;
}

/** In order of beginning, it is enough to look at neighbours: until the first overlap, each ends before the next begins. */
function firstOverlap(intervals: readonly LeaseInterval[]): Overlap | null {
  let holder: LeaseInterval | null = null;
  for (const second of intervals.toSorted((a, b) => a.from - b.from || a.acquire.id - b.acquire.id)) {
    if (holder !== null && second.from < holder.to) return { holder, second };
    holder = second;
  }
  return null;
}

function describe({ holder, second }: Overlap): Violation {
  const how = second.begunBy === second.acquire ? 'was granted' : 'was told that it had extended';
  const until = holder.to === Infinity ? 'until it would release it' : `until ${inMilliseconds(holder.to)}`;
  return {
    property: mutualExclusion.name,
    message:
      `${second.acquire.process} ${how} ${second.acquire.key} (operation ${second.begunBy.id}) at ${inMilliseconds(second.from)} while ` +
      `${holder.acquire.process} (operation ${holder.begunBy.id}) held it from ${inMilliseconds(holder.from)} ${until}`,
    event: second.begunBy.event,
    operations: [holder.begunBy.id, second.begunBy.id],
  };
}
