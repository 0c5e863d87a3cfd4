import { expect, test } from 'vitest';
import { between, milliseconds } from '../../../../src/base/time.js';
import { systemClock } from '../../../../src/bindings/system-clock.js';
import { systemRandom } from '../../../../src/bindings/system-random.js';

test('a timer never fires early', async () => {
  for (const ms of [0, 0.3, 1, 1.7, 5, 12]) {
    const start = systemClock.now();
    await new Promise<void>((resolve) => systemClock.setTimer(milliseconds(ms), resolve));
    expect(between(start, systemClock.now())).toBeGreaterThanOrEqual(milliseconds(ms) - 1);
  }
});

test('a cancelled timer does not fire, and a timer of a year does not fire at once', async () => {
  const fired: string[] = [];
  systemClock.setTimer(milliseconds(1), () => fired.push('cancelled')).cancel();
  const year = systemClock.setTimer(milliseconds(365 * 86_400_000), () => fired.push('year'));
  await new Promise<void>((resolve) => systemClock.setTimer(milliseconds(20), resolve));
  year.cancel();
  expect(fired).toEqual([]);
});

test('both clocks count whole microseconds, the wall clock since 1970', () => {
  expect(Number.isInteger(systemClock.now())).toBe(true);
  expect(Number.isInteger(systemClock.timestamp())).toBe(true);
  expect(systemClock.timestamp()).toBeGreaterThan(1_700_000_000_000_000);
});

test('ids are unique and safe in keys; integers stay below their bound', () => {
  const ids = new Set(Array.from({ length: 1000 }, () => systemRandom.id()));
  expect(ids.size).toBe(1000);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9-]+$/);
  const drawn = new Set(Array.from({ length: 1000 }, () => systemRandom.integer(4)));
  expect([...drawn].sort()).toEqual([0, 1, 2, 3]);
});
