import fc from 'fast-check';
import { loadModule } from 'libpg-query';
import { beforeAll, describe, expect, test } from 'vitest';
import { lockOutcomes, outcomesOf, planLockWalk, type WalkSpec } from '../support/lock-walk.js';
import { runLockWalk, type Breakage } from '../support/run-lock-walk.js';
import { postgresWalkStore, redisWalkStore, type WalkStore } from '../support/walk-stores.js';

let redis: WalkStore;

beforeAll(async () => {
  await loadModule();
  redis = await redisWalkStore();
});

const stores = [
  ['redisLock', () => redis],
  ['postgresLeaseLock', () => postgresWalkStore],
] as const;

const walks: fc.Arbitrary<WalkSpec> = fc.record({
  clients: fc.constantFrom(2, 3),
  ttl: fc.constantFrom(1, 2, 3),
  fenced: fc.boolean(),
  choices: fc.array(fc.nat(0xffff), { size: 'max', maxLength: 60 }),
});

describe('walks of fenced-lease-lock', () => {
  test.each(stores)('%s does what the model does, step by step', async (_, store) => {
    const shown = new Map<string, number>(lockOutcomes.map((name) => [name, 0]));
    await fc.assert(
      fc.asyncProperty(walks, async (spec) => {
        const steps = planLockWalk(spec);
        expect(await runLockWalk(spec, steps, store())).toBeNull();
        steps.forEach((step, index) => {
          for (const name of outcomesOf(step, spec.fenced, steps[index - 1])) shown.set(name, (shown.get(name) ?? 0) + 1);
        });
      }),
      { numRuns: 60, seed: 1 },
    );
    console.log(shown);
  });
});
