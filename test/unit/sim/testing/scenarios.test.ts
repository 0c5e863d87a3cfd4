import fc from 'fast-check';
import { defineLock, defineWorkload } from 'holdfast/sim';
import { expect, test } from 'vitest';
import { runScenario, scenarioArbitrary } from '../../../../sim/fast-check.js';
import { locks, specimens, workloads } from '../../../../sim/registry.js';
import { operationsOf } from '../../../../sim/scenario.js';

const workload = defineWorkload(workloads.get('last-item')!);

test('our lock holds in every scenario', async () => {
  const parts = { workload, lock: defineLock(locks.get('redis')!) };
  await fc.assert(
    fc.asyncProperty(scenarioArbitrary(parts), async (scenario) => {
      expect(await runScenario(scenario, parts)).toMatchObject({ violations: [], budget: null });
    }),
    { numRuns: 20 },
  );
});

test('a lock that is none is found, and its scenario shrinks', async () => {
  const parts = { workload, lock: specimens.get('no-lock')!.definition };
  const result = await fc.check(
    fc.asyncProperty(scenarioArbitrary(parts), async (scenario) => (await runScenario(scenario, parts)).violations.length === 0),
    { seed: 1, numRuns: 100 },
  );
  const [smallest] = result.counterexample ?? [];
  expect(smallest?.faults).toEqual([]);
  expect(operationsOf(smallest!)).toBe(2);
});
