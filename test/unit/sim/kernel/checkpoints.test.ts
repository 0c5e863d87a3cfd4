import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Checkpoints } from '../../../../sim/kernel/checkpoints.js';
import { digestText } from '../../../../sim/kernel/digest.js';

const offered = (events: number): Checkpoints => {
  const checkpoints = new Checkpoints();
  for (let event = 1; event <= events; event++) checkpoints.offer(event, { high: event, low: -event });
  return checkpoints;
};

test('at most 64, evenly spread over the whole run, each with its own digest', () => {
  fc.assert(
    fc.property(fc.nat(20_000), (events) => {
      const points = offered(events).all();
      const stride = points[0]?.event ?? 16;
      expect(points.length).toBeLessThanOrEqual(64);
      expect(points.map(({ event }) => event)).toEqual(Array.from({ length: points.length }, (_, at) => (at + 1) * stride));
      expect(events - (points.at(-1)?.event ?? 0)).toBeLessThan(stride);
      for (const { event, digest } of points) expect(digest).toBe(digestText(event, -event));
      // Never sparser than it must be.
      if (stride > 16) expect(events / stride).toBeGreaterThanOrEqual(32);
    }),
    { numRuns: 50 },
  );
});
