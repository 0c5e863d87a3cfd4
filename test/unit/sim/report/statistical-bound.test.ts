import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failureRateBound, statisticalBound } from '../../../../sim/report/statistical-bound.js';

test.each([
  [4_000, '0 of 4,000: below 0.075 % a seed, 95 %'],
  [200, '0 of 200: below 1.5 % a seed, 95 %'],
  [1, '0 of 1: below 95 % a seed, 95 %'],
  [20_000, '0 of 20,000: below 0.015 % a seed, 95 %'],
  [1_000_000, '0 of 1,000,000: below 0.0003 % a seed, 95 %'],
])('%i clean seeds in words', (clean, words) => {
  expect(statisticalBound(clean)).toBe(words);
});

test('at the bound, so many clean seeds have a chance of one in twenty', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), (clean) => {
      expect((1 - failureRateBound(clean)) ** clean).toBeCloseTo(0.05, 6);
    }),
  );
});

test('the words never promise more than the number', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), (clean) => {
      const [, percentage = ''] = /below ([\d.]+) %/.exec(statisticalBound(clean)) ?? [];
      const exact = failureRateBound(clean) * 100;
      expect(Number(percentage)).toBeGreaterThanOrEqual(exact * (1 - 1e-11));
      expect(Number(percentage)).toBeLessThanOrEqual(exact * 1.1);
    }),
  );
});

test.each([0, -1, 1.5, NaN])('%d clean seeds prove nothing', (clean) => {
  expect(() => failureRateBound(clean)).toThrow(RangeError);
});
