import { expect, test } from 'vitest';
import { timeoutMs } from '../../../../sim/testing/timeout.js';

test('a runner waits for longer than a campaign may go on', () => {
  expect(timeoutMs({}, {})).toBeGreaterThan(5_000);
  expect(timeoutMs({ timeMs: 600_000 }, {})).toBeGreaterThan(600_000);
  expect(timeoutMs({ timeMs: 1 }, { HOLDFAST_TIME: '3600' })).toBeGreaterThan(3_600_000);
  expect(timeoutMs({ timeMs: 1 }, { HOLDFAST_SEEDS: '5' })).toBeLessThan(2 ** 31);
});

test('a wrong variable is for the test to complain about', () => {
  expect(timeoutMs({}, { HOLDFAST_TIME: 'x' })).toBe(timeoutMs({}, {}));
});
