import { expect, test } from 'vitest';
import type { Bench } from '../../../bench/bench.js';
import { measure, median } from '../../../bench/measure.js';

/** A bench whose contenders read out prepared figures, one a round, and note their turns. */
function prepared(figures: Readonly<Record<string, readonly number[]>>, turns: string[] = []): Bench {
  const contenders = Object.entries(figures).map(([name, values]) => {
    let at = 0;
    return {
      name,
      round: async () => {
        turns.push(name);
        return [{ measure: 'speed', unit: 'runs/s', value: values[at++] as number }];
      },
    };
  });
  return { about: '', base: 'ours', contenders };
}

test('the median is the value in the middle, whatever the order', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 9])).toBe(9.5);
  expect(median([100, 9, 20, 8])).toBe(14.5);
  expect(() => median([])).toThrow('the median of no values');
});

test('all contenders work in every round, and each round begins with another one', async () => {
  const turns: string[] = [];
  await measure(prepared({ a: [1, 1, 1, 1], b: [1, 1, 1, 1], c: [1, 1, 1, 1] }, turns), { counted: 3, warmUp: 1 });
  expect(turns.join('')).toBe('abc' + 'bca' + 'cab' + 'abc');
});

test('what was read while warming up does not count', async () => {
  const rows = await measure(prepared({ ours: [1000, 3, 1, 2] }), { counted: 3, warmUp: 1 });
  expect(rows).toEqual([{ measure: 'speed', contender: 'ours', unit: 'runs/s', median: 2, min: 1, max: 3, ratio: 1, ratioRange: [1, 1] }]);
});

test('the ratio compares round with round, so that a disturbance of all does not show', async () => {
  const rows = await measure(prepared({ ours: [10, 100, 50], theirs: [5, 50, 100] }), { counted: 3, warmUp: 0 });
  expect(rows.map(({ contender, ratio, ratioRange }) => [contender, ratio, ratioRange])).toEqual([
    ['ours', 1, [1, 1]],
    ['theirs', 0.5, [0.5, 2]],
  ]);
});

test('a figure that the base does not have, or has as 0, is compared with nothing', async () => {
  const bench = prepared({ theirs: [7] });
  expect((await measure(bench, { counted: 1, warmUp: 0 }))[0]).toMatchObject({ contender: 'theirs', median: 7, ratio: null });
  expect((await measure(prepared({ ours: [0], theirs: [7] }), { counted: 1, warmUp: 0 })).map(({ ratio }) => ratio)).toEqual([null, null]);
});
