import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runScenario, scenarioArbitrary } from '../../sim/fast-check.js';
import { locks } from '../../sim/registry.js';
import { stockForms, stockFormsWorkload } from '../support/stock-forms-workload.js';

/** What any of the runs below has reached. */
const seen = new Set<string>();

test.each(Object.entries(stockForms))('%s, under every fault: nothing is sold twice, and every answer agrees with the ledger', async (_, make) => {
  const workload = stockFormsWorkload(make);
  const parts = { workload, lock: locks.get('postgres-lease')! };
  await fc.assert(
    fc.asyncProperty(scenarioArbitrary(parts), async (scenario) => {
      const { violations, budget, history } = await runScenario(scenario, parts);
      expect({ violations, budget }).toEqual({ violations: [], budget: null });
      for (const [name, entry] of Object.entries(workload.sometimes)) if (entry.reached(history) === true) seen.add(name);
    }),
    { numRuns: 40, seed: 1 },
  );
});

test('the runs above have sold out, and resolved sales whose answers were lost', () => {
  expect([...seen].sort()).toEqual(['an unknown sale was resolved', 'sold out']);
});
