import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wrap } from '../../../../sim/report/wrap.js';

test('a paragraph as it is in the source becomes lines of the width', () => {
  expect(wrap('one two\n    three four', 9)).toBe('one two\nthree\nfour');
});

test('no line is longer, and no word is lost', () => {
  const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 8 }), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 8, max: 40 }), (given, width) => {
      const lines = wrap(given.join(' '), width).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      expect(lines.join(' ')).toBe(given.join(' '));
    }),
  );
});
