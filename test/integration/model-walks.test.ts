import fc from 'fast-check';
import { loadModule } from 'libpg-query';
import { beforeAll, describe, expect, test } from 'vitest';
import { fencedLeaseLock } from '../../models/fenced-lease-lock.js';
import { parseParams } from '../../models/checker/parse-params.js';
import { table } from '../../sim/report/table.js';
import { brokenLocks } from '../support/broken-locks.js';
import { lockOutcomes, outcomesOf, planLockWalk, type WalkSpec } from '../support/lock-walk.js';
import { type Breakage, type Difference, runLockWalk } from '../support/run-lock-walk.js';
import { brokenStocks, runStockCommands, stockCommands } from '../support/stock-commands.js';
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
const stocks = [
  ['RedisStock', () => redis],
  ['PostgresStock', () => postgresWalkStore],
] as const;

const walks: fc.Arbitrary<WalkSpec> = fc.record({
  clients: fc.constantFrom(2, 3),
  ttl: fc.constantFrom(1, 2, 3),
  fenced: fc.constantFrom(true, true, false),
  traffic: fc.constantFrom('lossy', 'crowded'),
  // Unbiased: else most walks are short, and end before anybody is late.
  choices: fc.noBias(fc.array(fc.nat(0xffff), { size: 'max', maxLength: 100 })),
});

const walked = (spec: WalkSpec, store: WalkStore, broken?: Breakage): Promise<Difference | null> => runLockWalk(spec, planLockWalk(spec), store, broken);

describe('walks of fenced-lease-lock', () => {
  test.each(stores)('%s does what the model does, step by step, and shows all that the model can do', async (_, store) => {
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
    const counts = [...shown].map(([name, times]) => [name, String(times)]);
    expect(counts.filter(([, times]) => times === '0')).toEqual([]);
    process.stdout.write(`${table(['what the code has shown', 'times'], counts)}\n`);
  });

  test('every action of the model is among what the code must show', () => {
    const { actions } = fencedLeaseLock.system(parseParams(fencedLeaseLock, {}));
    expect(new Set(lockOutcomes.map((name) => name.split(':')[0]))).toEqual(new Set(Object.keys(actions)));
  });

  describe.each(stores)('over %s', (name, store) => {
    test.each(brokenLocks)('notice that %s', async (_how, what, broken) => {
      const { counterexample } = await fc.check(
        fc.asyncProperty(walks, async (spec) => (await walked(spec, store(), broken)) === null),
        // One of the two is enough to see what shrinking gives.
        { numRuns: 200, seed: 1, endOnFailure: name !== 'redisLock' },
      );
      const [spec] = counterexample ?? [];
      const difference = spec === undefined ? null : await walked(spec, store(), broken);
      expect(difference?.what).toBe(what);
    });
  });
});

describe('requests to a stock', () => {
  test.each(stocks)('%s answers what the model answers, also when replies are lost and operations are repeated', async (_, store) => {
    await fc.assert(
      fc.asyncProperty(stockCommands, (commands) => runStockCommands(commands, store())),
      { numRuns: 60, seed: 1 },
    );
  });

  test.each(brokenStocks)('notice that %s', async (_how, broken) => {
    const { failed, errorInstance } = await fc.check(
      fc.asyncProperty(stockCommands, (commands) => runStockCommands(commands, redis, broken)),
      { numRuns: 60, seed: 1 },
    );
    expect(failed).toBe(true);
    // An answer that differs, and not a run that fell over.
    expect(errorInstance).toHaveProperty('name', 'AssertionError');
  });
});
