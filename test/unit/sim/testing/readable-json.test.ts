import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readableJson } from '../../../../sim/testing/readable-json.js';

test('what fits on a line stays on one', () => {
  expect(readableJson({ a: 1, b: [1, 2], c: {} })).toBe('{ "a": 1, "b": [1, 2], "c": {} }');
  expect(readableJson({ first: [1, 2, 3], second: { a: 'bcdefghijkl' } }, 24)).toBe('{\n  "first": [1, 2, 3],\n  "second": {\n    "a": "bcdefghijkl"\n  }\n}');
});

test('it is the same JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(60), (value, width) => {
      const plain = JSON.parse(JSON.stringify(value)) as unknown;
      expect(JSON.parse(readableJson(plain, width))).toEqual(plain);
    }),
  );
});
