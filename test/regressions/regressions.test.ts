import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { replay } from '../../sim/explore/replay.js';

/**
 * Scenarios that once broke something, or that break it when a guard is taken out (`test/integration/mutation.test.ts` shows
 * that they still do). With the code as it is, each of them holds.
 */
const folder = fileURLToPath(new URL('.', import.meta.url));
const scenarios = readdirSync(folder).filter((name) => name.endsWith('.json'));

test.each(scenarios)('%s holds', async (name) => {
  expect(await replay(`${folder}/${name}`)).toMatchObject({ property: null, matched: null });
});

test('there are scenarios', () => {
  expect(scenarios.length).toBeGreaterThan(0);
});
