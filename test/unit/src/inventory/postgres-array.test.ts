import { expect, test } from 'vitest';
import { postgresArray } from '../../../../src/inventory/postgres-array.js';

test('values as the text of an array', () => {
  expect(postgresArray([])).toBe('{}');
  expect(postgresArray(['a', 'it\'s "b\\c", {d}', 'NULL'])).toBe('{"a","it\'s \\"b\\\\c\\", {d}","NULL"}');
  expect(postgresArray([1, 9007199254740993n, null])).toBe('{1,9007199254740993,NULL}');
});
