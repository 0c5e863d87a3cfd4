import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Draws } from '../../../../sim/kernel/draws.js';
import { lateSchedule, promptSchedule } from '../../../../sim/kernel/schedule.js';

test('the prompt schedule makes nothing late', () => {
  expect(promptSchedule.lateness('timer')).toBe(0);
});

test('a late schedule makes some events late, never early, and none by more than it says', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 5 }), fc.nat(10_000), (seed, oneIn, most) => {
      const schedule = lateSchedule(new Draws(seed).stream('schedule'), oneIn, most);
      const late = Array.from({ length: 400 }, () => schedule.lateness('timer'));
      for (const length of late) expect(length >= 0 && length <= most && Number.isInteger(length)).toBe(true);
      if (most > 100) expect(late.some((length) => length > 0)).toBe(true);
      if (oneIn > 1) expect(late.some((length) => length === 0)).toBe(true);
    }),
    { numRuns: 30 },
  );
});
