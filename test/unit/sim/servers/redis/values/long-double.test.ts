import { expect, test } from 'vitest';
import { addLongDouble, formatLongDouble, parseLongDouble } from '../../../../../../sim/servers/redis/values/long-double.js';

function sum(one: string, other: string): string | undefined {
  const a = parseLongDouble(one);
  const b = parseLongDouble(other);
  if (typeof a !== 'object' || typeof b !== 'object') return undefined;
  const result = addLongDouble(a, b);
  return result === undefined ? 'too large' : formatLongDouble(result);
}

// Taken from INCRBYFLOAT of a real server.
test.each([
  ['0.1', '0.2', '0.3'],
  ['10.5', '0.1', '10.6'],
  ['5.0e3', '2.0e2', '5200'],
  ['-1', '1', '0'],
  ['3', '1.1e-17', '3.00000000000000001'],
  ['1e4932', '1e4932', 'too large'],
])('%s + %s = %s', (one, other, expected) => {
  expect(sum(one, other)).toBe(expected);
});

test.each(['', 'abc', '1 ', ' 1', '1e', '.', '--1'])('%j is no number', (text) => {
  expect(parseLongDouble(text)).toBeUndefined();
});
