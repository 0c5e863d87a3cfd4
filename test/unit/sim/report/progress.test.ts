import { expect, test } from 'vitest';
import { plainLines } from '../../../../sim/report/progress.js';

test('a log gets a line every five seconds, however often progress is told', () => {
  let now = 0;
  const lines: string[] = [];
  const progress = plainLines(
    (line) => lines.push(line),
    () => now,
  );
  for (; now <= 12_000; now += 100) progress.show(now / 12_000, `${now} ms`);
  progress.stop();
  expect(lines).toEqual(['41 %: 5000 ms', '83 %: 10000 ms']);
});
