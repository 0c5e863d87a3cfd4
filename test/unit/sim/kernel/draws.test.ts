import alea from 'seedrandom/lib/alea.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Draws } from '../../../../sim/kernel/draws.js';

const seeds = fc.nat();
const bounds = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 4294967296 }));
const several = (draws: Draws, label: string, bound: number, count: number): number[] => Array.from({ length: count }, () => draws.draw(label, bound));

test('a draw is a whole number below its bound: the exact share of a 32-bit word', () => {
  fc.assert(
    fc.property(seeds, bounds, (seed, bound) => {
      const words = alea(`${seed}/a`);
      for (const drawn of several(new Draws(seed), 'a', bound, 20)) {
        expect(BigInt(drawn)).toBe((BigInt(words.int32() >>> 0) * BigInt(bound)) >> 32n);
      }
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
