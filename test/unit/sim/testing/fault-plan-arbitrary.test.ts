import fc from 'fast-check';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { faultPlanArbitrary } from '../../../../sim/fast-check.js';
import type { Episode } from '../../../../sim/nemesis/fault.js';
import { faultKinds } from '../../../../sim/nemesis/faults.js';
import { simulate } from '../../../../sim/simulate/simulate.js';
import { SimulationFailure } from '../../../../sim/simulate/simulation-failure.js';

const world = { processes: ['shop', 'bank'], servers: ['redis'] };

/** Counts with Redis, in one step: slow messages and long pauses change nothing. */
async function holding(plan: readonly Episode[]): Promise<void> {
  await simulate(
    async (simulated) => {
      const server = simulated.redis('redis');
      const shop = simulated.process('shop', async () => {
        const redis = new Redis(server.url);
        await redis.incr('sold');
        redis.disconnect();
      });
      await shop.finished;
      expect(server.run('GET', 'sold')).toBe('1');
    },
    { plan, seeds: 1, lateness: false },
  );
}

/** What one life of the shop does takes 100 ms: any crash within them breaks it, and nothing else. */
const counting = (plan: readonly Episode[]): Promise<unknown> =>
  simulate(
    async (simulated) => {
      let lives = 0;
      const shop = simulated.process('shop', async (own) => {
        lives += 1;
        await own.sleep(100);
      });
      simulated.process('bank', () => undefined);
      simulated.redis('redis');
      await shop.finished;
      if (lives > 1) throw new Error('the shop was closed in between');
    },
    { plan, seeds: 1, lateness: false },
  );

test('plans are in order, of the kinds and targets that the world has, and not longer than asked', () => {
  fc.assert(
    fc.property(
      fc.subarray(
        [...faultKinds].filter((kind) => !kind.startsWith('datagram')),
        { minLength: 1 },
      ),
      fc.integer({ min: 1, max: 5000 }),
      (faults, horizonMs) => {
        const servers = ['redis', { name: 'cache', durable: false }];
        const [plan = []] = fc.sample(faultPlanArbitrary({ processes: ['shop'], servers, faults, horizonMs, maxEpisodes: 4 }), 1);
        expect(plan.length).toBeLessThanOrEqual(4);
        for (const { kind, atMs, target } of plan) {
          expect(faults).toContain(kind);
          expect(atMs).toBeLessThanOrEqual(horizonMs);
          expect(target).toMatch(/^(shop|redis|cache)([->](shop|redis|cache))?$/);
        }
        expect(plan.map(({ atMs }) => atMs)).toEqual(plan.map(({ atMs }) => atMs).sort((one, other) => one - other));
      },
    ),
  );
});

test('links say who talks to whom', () => {
  const plans = fc.sample(faultPlanArbitrary({ ...world, links: [['shop', 'bank']], faults: ['delay'] }), 50);
  expect(new Set(plans.flat().map(({ target }) => target))).toEqual(new Set(['shop-bank']));
});

test('a planted bug is found, and the plan that shows it shrinks to the one episode it takes, as short and mild as can be', async () => {
  const result = await fc.check(
    fc.asyncProperty(faultPlanArbitrary({ ...world, links: [], faults: ['crash', 'restart', 'pause'], horizonMs: 500 }), async (plan) => {
      try {
        await counting(plan);
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(SimulationFailure);
        return false;
      }
    }),
    { seed: 1, numRuns: 50 },
  );
  expect(result.failed).toBe(true);
  expect(result.counterexample).toEqual([[{ kind: 'crash', atMs: 0, forMs: 1, target: 'shop', strength: 1 }]]);
}, 120_000);

test('what holds, holds under every plan', async () => {
  await fc.assert(fc.asyncProperty(faultPlanArbitrary({ processes: ['shop'], servers: ['redis'], faults: ['pause', 'delay'] }), holding), { numRuns: 10 });
}, 120_000);

test.each([
  [{ ...world, faults: ['flush'] as const }, 'faultPlanArbitrary: flush could hit nothing here: leave it out, or name a process or server that it can hit'],
  [{ processes: [], servers: [] }, 'faultPlanArbitrary: there is nothing that a fault could hit: name at least one process or server'],
  [{ ...world, horizonMs: 0 }, 'faultPlanArbitrary: horizonMs must be a whole number from 1 on, got 0'],
  [{ ...world, maxEpisodes: 1.5 }, 'faultPlanArbitrary: maxEpisodes must be a whole number from 1 on, got 1.5'],
])('refuses %o', (constraints, message) => {
  expect(() => faultPlanArbitrary(constraints)).toThrow(expect.objectContaining({ name: 'UserInputError', message }));
});

test('refuses a kind that there is not, and names those that there are', () => {
  expect(() => faultPlanArbitrary({ ...world, faults: ['earthquake' as 'crash'] })).toThrow(/^there is no fault "earthquake"; there is delay, .*$/);
});
