import fc from 'fast-check';
import seedrandomsAlea from 'seedrandom/lib/alea.js';
import { expect, test } from 'vitest';
import { Alea } from '../../../../sim/kernel/alea.js';

test('it answers what the package seedrandom answers, whatever the seed', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.nat().map((seed) => `${seed}/c1>redis`)), (seed) => {
      const theirs = seedrandomsAlea(seed);
      const ours = new Alea(seed);
      const numbers = Array.from({ length: 100 }, () => [ours.int32(), theirs.int32()] as const);
      expect(numbers.map(([own]) => own)).toEqual(numbers.map(([, other]) => other));
    }),
    { numRuns: 500 },
  );
});
