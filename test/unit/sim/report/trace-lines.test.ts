import pico from 'picocolors';
import { expect, test } from 'vitest';
import type { TraceLine } from '../../../../sim/kernel/trace.js';
import { traceLines } from '../../../../sim/report/trace-lines.js';

const lines: TraceLine[] = [
  { event: 1, time: 0, process: 'redis', kind: 'start', text: '' },
  { event: 9, time: 1_005, process: 'c1', kind: 'message', text: 'EVAL return 1\n  -- a comment' },
  { event: 10, time: 1_234_567, process: 'conductor', kind: 'note', text: 'bell \u0007 and colour \u001b[31m' },
];

test('columns are aligned, the marked event is pointed at, and each line is one line', () => {
  expect([...traceLines(lines, { colours: pico.createColors(false), marked: 9 })]).toEqual([
    '  event   time/ms  process    kind     text',
    '      1     0.000  redis      start',
    '>     9     1.005  c1         message  EVAL return 1 -- a comment',
    '     10  1234.567  conductor  note     bell ? and colour ?[31m',
  ]);
});

test('a process has one colour, and its neighbours others', () => {
  const twice = [...lines, { event: 11, time: 2_000_000, process: 'c1', kind: 'timer', text: '' }];
  const coloured = [...traceLines(twice, { colours: pico.createColors(true), marked: null })];
  const colourOf = (name: string): string[] => coloured.flatMap((line) => new RegExp(`(\\u001b\\[\\d+m)${name}`).exec(line)?.[1] ?? []);
  expect(colourOf('c1')).toHaveLength(2);
  expect(new Set(colourOf('c1')).size).toBe(1);
  expect(new Set(['c1', 'redis', 'conductor'].flatMap(colourOf)).size).toBe(3);
});

test('an empty trace has its heading', () => {
  expect([...traceLines([], { colours: pico.createColors(false), marked: null })]).toEqual(['  event  time/ms  process  kind  text']);
});
