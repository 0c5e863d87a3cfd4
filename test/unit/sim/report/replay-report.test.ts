import pico from 'picocolors';
import { expect, test } from 'vitest';
import type { ReplayResult } from '../../../../sim/explore/replay.js';
import { replayReport } from '../../../../sim/report/replay-report.js';

const broke: ReplayResult = {
  property: 'mutual-exclusion',
  message: 'c1 and c2 both held it',
  event: 84,
  digest: 'c0ffee',
  matched: true,
  divergedBetween: null,
  remarks: [],
};

test.each<[string, Partial<ReplayResult>, string[]]>([
  [
    'broke, as recorded',
    {},
    ['mutual-exclusion breaks at event 84: c1 and c2 both held it', 'digest c0ffee matched: this is the recorded run, event by event'],
  ],
  ['held', { property: null, message: null, event: null }, ['held: every property', 'digest c0ffee matched: this is the recorded run, event by event']],
  [
    'diverged',
    { matched: false, divergedBetween: [40, 80], remarks: ['other code'] },
    [
      'mutual-exclusion breaks at event 84: c1 and c2 both held it',
      'digest c0ffee differs from the recorded one: the run diverged between events 40 and 80',
      'note: other code',
    ],
  ],
  [
    'had nothing recorded',
    { matched: null },
    ['mutual-exclusion breaks at event 84: c1 and c2 both held it', 'digest c0ffee; none was recorded to compare it with'],
  ],
])('a replay that %s', (_, change, lines) => {
  expect(replayReport({ ...broke, ...change }, pico.createColors(false)).split('\n')).toEqual(lines);
});
