import { expect, test } from 'vitest';
import { counted, duration } from '../../../../sim/report/numbers.js';

test.each([
  [0, '0 ms'],
  [999.9, '999 ms'],
  [1_000, '1 s'],
  [12_590, '12.5 s'],
  [59_999, '59.9 s'],
  [60_000, '1 min'],
  [200_000, '3 min 20 s'],
  [3_600_000, '1 h'],
  [18_720_000, '5 h 12 min'],
  [86_400_000 * 2 + 3_600_000 * 3, '2 d 3 h'],
])('%d ms are %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test('counts with the right noun', () => {
  expect([counted(1, 'run'), counted(2_000, 'run'), counted(0, 'property', 'properties')]).toEqual(['1 run', '2,000 runs', '0 properties']);
});
