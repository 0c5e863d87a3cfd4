import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scenarioArbitrary } from '../sim/explore/scenario-arbitrary.js';
import { Search } from '../sim/explore/search.js';
import { operationsOf } from '../sim/scenario.js';

/**
 * The promises themselves: whatever the clients do and whatever goes wrong inside the envelope, mutual exclusion holds,
 * nobody waits for ever, no stock is negative, and the books agree. Each example is a whole scenario; a failing one is shrunk
 * by fast-check to fewer faults, clients and operations.
 */
const RUNS = 100;

describe.each(['lock', 'last-item', 'hot-sku'])('workload %s over our lock', (workload) => {
  test('holds all that it asks for in every scenario', { timeout: 60_000 }, async () => {
    const search = await Search.open({ workload, lock: 'redis', faults: 'all', fixed: {} });
    await fc.assert(
      fc.asyncProperty(scenarioArbitrary(fc, search.from), async (scenario) => {
        const { violations, budget } = await search.run(scenario);
        expect({ violations, budget }).toEqual({ violations: [], budget: null });
      }),
      { numRuns: RUNS },
    );
  });
});

test('a scenario that breaks stock-conservation shrinks to two buyers and no fault', { timeout: 60_000 }, async () => {
  const search = await Search.open({ workload: 'last-item', lock: 'no-lock', faults: 'all', fixed: {} });
  const result = await fc.check(
    fc.asyncProperty(scenarioArbitrary(fc, search.from), async (scenario) => {
      const { violations } = await search.run(scenario);
      return violations.every(({ property }) => property !== 'stock-conservation');
    }),
    { numRuns: RUNS, seed: 1 },
  );
  expect(result.failed).toBe(true);
  const [smallest] = result.counterexample ?? [];
  expect(smallest?.faults).toEqual([]);
  expect(smallest === undefined ? null : operationsOf(smallest)).toBe(2);
});
