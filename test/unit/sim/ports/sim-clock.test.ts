import { expect, test } from 'vitest';
import { between, microseconds, milliseconds } from '../../../../src/base/time.js';
import { SimClock } from '../../../../sim/ports/sim-clock.js';
import { inProcess } from '../../../support/run-world.js';

test('lengths and timers go by the monotonic clock, which a step of the wall clock does not move', async () => {
  const seen = await inProcess(async (own) => {
    const clock = new SimClock(own);
    const begun = { now: clock.now(), timestamp: clock.timestamp(), trueTime: own.world.now };
    own.process.wall.step(own.world.now, -1_000_000);
    own.process.monotonic.setDrift(own.world.now, -500_000);
    await new Promise<void>((resolve) => void clock.setTimer(milliseconds(10), resolve));
    return [between(begun.now, clock.now()), clock.timestamp() - begun.timestamp, own.world.now - begun.trueTime];
  });
  expect(seen).toEqual([10_000, 20_000 - 1_000_000, 20_000]);
});

test('a timer rings once, and not at all when it is cancelled', async () => {
  const rung = await inProcess(async (own) => {
    const clock = new SimClock(own);
    const rung: string[] = [];
    const timer = clock.setTimer(microseconds(5), () => rung.push('rings'));
    clock.setTimer(microseconds(5), () => rung.push('cancelled')).cancel();
    await new Promise<void>((resolve) => void clock.setTimer(microseconds(50), resolve));
    timer.cancel();
    return rung;
  });
  expect(rung).toEqual(['rings']);
});
