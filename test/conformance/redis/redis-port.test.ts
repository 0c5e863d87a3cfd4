import { beforeAll, expect, test } from 'vitest';
import { firstDifference, showEntry } from './compare-transcripts.js';
import { FLOOR, isLongForm, LONG_TEST_MS } from './conformance-form.js';
import type { Contender } from './contender.js';
import { mockContender } from './mock-contender.js';
import { mockExceptions } from './mock-exceptions.js';
import { mockFamilies, mockLabels, mockSteps, stepsOf } from './mock-sequences.js';
import { runSequences } from './redis-port.suite.js';
import { TimeScale } from './run-clock.js';
import { SideBySide } from './side-by-side.js';
import { simulatedContender } from './simulated-contender.js';
import { drawsFrom } from './step.js';

/*
 * The simulated port and ioredis-mock through ioredis's binding, with nothing but npm. The same suite with a real redis-server, and all that
 * the mock cannot do, is in redis-port.real.test.ts. `HOLDFAST_CONFORMANCE=long` runs more, and prints what was hit how often.
 */

let simulated: Contender;
const mock = mockContender();

beforeAll(async () => {
  simulated = await simulatedContender();
});

for (const family of mockFamilies) {
  const sequences = family.name === 'expiry' ? (isLongForm ? 100 : 4) : isLongForm ? 1200 : 40;
  test(
    `ioredis-mock, ${family.name}: ${sequences} sequences`,
    async () => {
      const hits = await runSequences(new SideBySide(simulated, mock), sequences, (seed) => mockSteps(family, drawsFrom(seed), 24));
      if (!isLongForm) return;
      console.log(hits.toString());
      expect(hits.below(FLOOR, mockLabels(family))).toEqual([]);
    },
    LONG_TEST_MS,
  );
}

/** The unit that short lives take: long enough for any pause of this machine that matters between two commands of a line or two. */
const scale = new TimeScale(200);

test.each(mockExceptions)('ioredis-mock still cannot: $what', async ({ what, shownBy, instead }) => {
  const steps = stepsOf(shownBy);
  const now = Date.now();
  const difference = firstDifference(steps, await simulated.run(steps, scale, now), await mock.run(steps, scale, now), scale);
  if (difference === undefined) expect.fail(`ioredis-mock has learned it ("${what}"): take it off the list in mock-exceptions.ts`);
  expect(difference.at).toBe(steps.length - 1);
  expect(showEntry(difference.entries[1])).toContain(instead);
});

test('the list of what ioredis-mock cannot do', () => {
  const lines = mockExceptions.map(({ what, shownBy, instead }) => `${what}\n    ${shownBy.join('; ')}  ->  ${instead}`);
  if (isLongForm) console.log(lines.join('\n'));
  expect(new Set(mockExceptions.map(({ what }) => what)).size).toBe(lines.length);
});
