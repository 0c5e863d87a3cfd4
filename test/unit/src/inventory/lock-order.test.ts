import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OptionsError } from '../../../../src/base/options-error.js';
import { inLockOrder } from '../../../../src/inventory/lock-order.js';

test('one order, whatever order the lines come in; lines of one sku are added up', () => {
  const line = fc.record({ sku: fc.constantFrom('a', 'B', 'ä', '10', '9', 'sku 1'), quantity: fc.integer({ min: 1, max: 5 }) });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), (lines) => {
      const ordered = inLockOrder(lines);
      const skus = ordered.map(({ sku }) => sku);
      expect(skus).toEqual([...new Set(lines.map(({ sku }) => sku))].sort());
      expect(inLockOrder([...lines].reverse())).toEqual(ordered);
      for (const { sku, quantity } of ordered) {
        expect(quantity).toBe(lines.filter((each) => each.sku === sku).reduce((sum, each) => sum + each.quantity, 0));
      }
    }),
  );
});

test('lines that cannot be meant are refused in one line', () => {
  expect(() => inLockOrder([])).toThrow('the number of lines must be a whole number, from 1 to 1000; got 0');
  expect(() => inLockOrder([{ sku: 'a', quantity: 0 }])).toThrow('quantity must be');
  expect(() => inLockOrder([{ sku: '', quantity: 1 }])).toThrow(OptionsError);
  expect(() => inLockOrder([1, 2].map(() => ({ sku: 'a', quantity: Number.MAX_SAFE_INTEGER })))).toThrow('quantity must be');
  const twoTokens = [5n, 6n].map((token) => ({ sku: 'a', quantity: 1, token }));
  expect(() => inLockOrder(twoTokens)).toThrow('lines of one sku must carry the same token; "a" has two');
  expect(inLockOrder([5n, 5n].map((token) => ({ sku: 'a', quantity: 1, token })))).toEqual([{ sku: 'a', quantity: 2, token: 5n }]);
});
