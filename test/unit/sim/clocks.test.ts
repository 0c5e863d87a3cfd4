import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DriftingClock } from '../../../sim/clocks.js';

const drifts = fc.array(fc.record({ after: fc.nat(5_000_000), ppm: fc.integer({ min: -200_000, max: 200_000 }) }), { maxLength: 5 });

/** A clock that changes its rate now and then, and the true time of its last change. */
function drifting(changes: readonly { after: number; ppm: number }[]): { clock: DriftingClock; end: number } {
  const clock = new DriftingClock(0, 1_000);
  let end = 0;
  for (const { after, ppm } of changes) clock.setDrift((end += after), ppm);
  return { clock, end };
}

test('runs with true time when nothing is wrong with it', () => {
  expect(new DriftingClock(100, 5_000).at(350)).toBe(5_250);
});

test('gains and loses by its rate, and goes on from where it is when the rate changes', () => {
  const clock = new DriftingClock(0, 0);
  clock.setDrift(0, 20_000);
  expect(clock.at(1_000_000)).toBe(1_020_000);
  clock.setDrift(1_000_000, -20_000);
  expect(clock.at(2_000_000)).toBe(2_000_000);
  clock.setDrift(2_000_000, 0);
  expect(clock.at(2_500_000)).toBe(2_500_000);
});

test('never goes back, and reads whole microseconds, however its rate changes', () => {
  fc.assert(
    fc.property(drifts, fc.array(fc.nat(2_000_000)), (changes, steps) => {
      const clock = new DriftingClock(0, 0);
      let now = 0;
      let last = 0;
      for (const [index, step] of steps.entries()) {
        now += step;
        const reading = clock.at(now);
        expect(Number.isInteger(reading) && reading >= last).toBe(true);
        last = reading;
        const change = changes[index];
        if (change !== undefined) clock.setDrift(now, change.ppm);
      }
    }),
  );
});

test('a step jumps, either way, and keeps the rate', () => {
  const clock = new DriftingClock(0, 0);
  clock.setDrift(0, 100_000);
  clock.step(1_000, -600);
  expect(clock.at(1_000)).toBe(500);
  clock.step(1_000, 600);
  expect(clock.at(2_000)).toBe(2_200);
});

test('cannot be told to run backwards, or by a broken rate', () => {
  expect(() => new DriftingClock(0, 0).setDrift(0, -1_000_000)).toThrow('a clock cannot drift by -1000000 ppm');
  expect(() => new DriftingClock(0, 0).setDrift(0, 0.5)).toThrow('a clock cannot drift by 0.5 ppm');
});

test('trueTimeOf is the very first true time at which the clock shows the reading', () => {
  fc.assert(
    fc.property(drifts, fc.integer({ min: 1_001, max: 30_000_000 }), (changes, reading) => {
      const { clock, end } = drifting(changes);
      const time = clock.trueTimeOf(reading);
      // A clock answers for the present only: one that has had the same course so far.
      const then = drifting([]).clock;
      let at = 0;
      for (const { after, ppm } of changes) if ((at += after) <= time) then.setDrift(at, ppm);
      expect(then.at(time)).toBeGreaterThanOrEqual(reading);
      if (time - 1 > end) expect(clock.at(time - 1)).toBeLessThan(reading);
    }),
  );
});

test('trueTimeOf of a reading that a step passed over is the time of the step', () => {
  const clock = new DriftingClock(0, 0);
  clock.step(100, 1_000);
  expect([50, 500, 1_200].map((reading) => clock.trueTimeOf(reading))).toEqual([50, 100, 200]);
});

test('trueLengthOf is long enough, and not longer than rounding needs', () => {
  fc.assert(
    fc.property(fc.integer({ min: -200_000, max: 200_000 }), fc.nat(100_000_000), fc.nat(10_000_000), (ppm, length, now) => {
      const clock = new DriftingClock(0, 0);
      clock.setDrift(now, ppm);
      const begun = clock.at(now);
      const trueLength = clock.trueLengthOf(length);
      expect(clock.at(now + trueLength) - begun).toBeGreaterThanOrEqual(length);
      if (trueLength > 0) expect(clock.at(now + trueLength - 1) - begun).toBeLessThan(length);
    }),
  );
});

test('a watcher hears of each reading until it has heard enough, or is taken away; several do not disturb each other', () => {
  const clock = new DriftingClock(0, 0);
  const heard: string[] = [];
  clock.watch((now) => heard.push(`once ${now}`) > 0);
  clock.watch((now) => heard.push(`twice ${now}`) > 3);
  const unwatch = clock.watch((now) => heard.push(`always ${now}`) < 0);
  clock.at(1);
  clock.at(2);
  unwatch();
  clock.at(3);
  expect(heard).toEqual(['once 1', 'twice 1', 'always 1', 'twice 2', 'always 2']);
});
