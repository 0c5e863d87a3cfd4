import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Draws } from '../../../../sim/kernel/draws.js';
import { lateSchedule, promptSchedule } from '../../../../sim/kernel/schedule.js';
import { World } from '../../../../sim/kernel/world.js';

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

test('a late timer makes its process late: timers of one process keep their order, those of another are not touched', async () => {
  const heard: string[] = [];
  const world = new World({ seed: 1 });
  let asked = 0;
  world.schedulePolicy = { lateness: () => (asked++ === 0 ? 5_000 : 0) };
  const timers = (name: string, ...lengths: number[]) =>
    world.process(name, (own) => {
      for (const length of lengths) own.setTimer(length, () => heard.push(`${name}:${length} at ${world.now}`));
    });
  timers('a', 1_000, 2_000, 9_000).start();
  timers('b', 3_000).start();
  await world.run();
  expect(heard).toEqual(['b:3000 at 3000', 'a:1000 at 6000', 'a:2000 at 6000', 'a:9000 at 9000']);
});
