import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Draws } from '../../../../sim/kernel/draws.js';

const seeds = fc.nat();
const bounds = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 4294967296 }));
const several = (draws: Draws, label: string, bound: number, count: number): number[] => Array.from({ length: count }, () => draws.draw(label, bound));

test('a draw is a whole number below its bound: the exact share of a 32-bit word', () => {
  fc.assert(
    fc.property(seeds, bounds, (seed, bound) => {
      const words = several(new Draws(seed), 'a', 4294967296, 20);
      expect(several(new Draws(seed), 'a', bound, 20)).toEqual(words.map((word) => Number((BigInt(word) * BigInt(bound)) >> 32n)));
    }),
  );
});

test('reaches both ends of a small range, and the upper end of the largest', () => {
  expect(new Set(several(new Draws(1), 'a', 6, 200))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  expect(Math.max(...several(new Draws(1), 'a', 4294967296, 200))).toBeGreaterThan(4294967296 * 0.95);
});

test.each([0, -1, 1.5, 4294967297, Number.NaN])('refuses the bound %s', (bound) => {
  expect(() => new Draws(1).draw('a', bound)).toThrow(`draw: bound ${bound} is not a whole number from 1 to 2^32`);
});

test('labels are independent: what one draws changes nothing for another', () => {
  fc.assert(
    fc.property(seeds, fc.nat(5), (seed, others) => {
      const disturbed = new Draws(seed);
      const drawn = Array.from({ length: 10 }, () => {
        several(disturbed, 'b', 7, others);
        return disturbed.draw('a', 1000);
      });
      expect(drawn).toEqual(several(new Draws(seed), 'a', 1000, 10));
      expect(disturbed.counts()['a']).toBe(10);
    }),
  );
});

test('different seeds, and different labels, draw differently', () => {
  expect(several(new Draws(1), 'a', 1000, 10)).not.toEqual(several(new Draws(2), 'a', 1000, 10));
  expect(several(new Draws(1), 'a', 1000, 10)).not.toEqual(several(new Draws(1), 'b', 1000, 10));
});

test('an override pins that one draw, within its bound, and leaves all others as they were', () => {
  fc.assert(
    fc.property(seeds, fc.nat(9), fc.nat(5000), (seed, index, pinned) => {
      const free = several(new Draws(seed), 'a', 1000, 10);
      const draws = new Draws(seed, { a: { [index]: pinned } });
      expect(several(draws, 'a', 1000, 10)).toEqual(free.with(index, pinned % 1000));
      expect(several(draws, 'b', 1000, 5)).toEqual(several(new Draws(seed), 'b', 1000, 5));
    }),
  );
});

test('the draws of a label, and the first draws of many labels and seeds, are spread evenly', () => {
  const cells = (draws: readonly number[]): number[] =>
    draws.reduce((counts, drawn) => counts.with(drawn, (counts[drawn] as number) + 1), Array<number>(8).fill(0));
  const many = Array.from({ length: 8_000 }, (_, index) => index);
  for (const draws of [
    several(new Draws(1), 'a', 8, 8_000),
    many.map((seed) => new Draws(seed).draw('a', 8)),
    many.map((label) => new Draws(1).draw(`c${label}`, 8)),
  ]) {
    // 1000 are expected in each; the chance of being 200 off is one in ten thousand millions.
    for (const count of cells(draws)) expect(Math.abs(count - 1_000)).toBeLessThan(200);
  }
});
