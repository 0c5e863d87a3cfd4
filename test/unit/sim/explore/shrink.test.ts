import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawScenario } from '../../../../sim/explore/draw-scenario.js';
import { shrink } from '../../../../sim/explore/shrink.js';
import { operationsOf, type Scenario } from '../../../../sim/scenario.js';
import { faultKinds } from '../../../../sim/nemesis/faults.js';
import { sources, sourceWith } from '../../../support/arbitrary-scenarios.js';

const from = sourceWith({ kinds: faultKinds, withinEnvelope: true });
const unlimited = { from, runs: 100_000, otherSeeds: 0 };
const broken = (predicate: (scenario: Scenario) => boolean) => async (scenario: Scenario) => predicate(scenario);

/** The first seed whose scenario satisfies the predicate. */
const firstThat = (predicate: (scenario: Scenario) => boolean): Scenario => {
  for (let seed = 1; ; seed++) {
    const scenario = drawScenario(seed, from);
    if (predicate(scenario)) return scenario;
  }
};

test('reaches the smallest scenario of what always breaks', async () => {
  const smallest = await shrink(drawScenario(1, from), { ...unlimited, stillBroken: broken(() => true) });
  expect(smallest).toMatchObject({ clients: [[]], faults: [], lateness: null, horizonMs: 0, params: { clients: 1, operations: 1, ttlMs: 200, stock: 1 } });
});

test('reaches two buyers of one unit each, and a pause of exactly the length that matters', async () => {
  const race = (scenario: Scenario): boolean =>
    scenario.clients.filter((operations) => operations.some(({ quantity = 0 }) => quantity >= 2)).length >= 2 &&
    scenario.faults.some(({ kind, forMs }) => kind === 'pause' && forMs >= 123);
  const found = firstThat(race);
  const smallest = await shrink(found, { ...unlimited, stillBroken: broken(race) });
  const buy = { thinkMs: 0, holdMs: 5, quantity: 2 };
  expect(smallest.clients).toEqual([[buy], [buy]]);
  expect(smallest.faults).toMatchObject([{ kind: 'pause', atMs: 0, forMs: 123 }]);
  expect([smallest.lateness, smallest.horizonMs, smallest.params['ttlMs']]).toEqual([null, 123, 200]);
});

test('a permanent fault does not keep the chaos phase long', async () => {
  const skewed = (scenario: Scenario): boolean => scenario.faults.some(({ kind, strength }) => kind === 'clock-skew' && strength <= -5);
  const smallest = await shrink(firstThat(skewed), { ...unlimited, stillBroken: broken(skewed) });
  expect(smallest.faults).toMatchObject([{ kind: 'clock-skew', strength: -5, forMs: 0 }]);
  expect(smallest.horizonMs).toBe(0);
});

test('always answers with a scenario that breaks, whatever breaks, and takes no more runs than it may', async () => {
  const moduli = fc.integer({ min: 2, max: 5 });
  await fc.assert(
    fc.asyncProperty(fc.nat(), sources, moduli, fc.nat(4), fc.nat(200), fc.nat(3), async (seed, source, modulus, rest, runs, otherSeeds) => {
      const scenario = drawScenario(seed, source);
      // An arbitrary, jagged notion of broken that holds for the first scenario.
      const jagged = ({ clients, faults, seed: drawn }: Scenario): number => (operationsOf({ ...scenario, clients }) * 7 + faults.length * 3 + drawn) % modulus;
      const predicate = (candidate: Scenario): boolean => jagged(candidate) === jagged(scenario) || jagged(candidate) === rest;
      let taken = 0;
      const options = { from: source, runs, otherSeeds, stillBroken: async (candidate: Scenario) => (taken += 1) > 0 && predicate(candidate) };
      const smallest = await shrink(scenario, options);
      expect(predicate(smallest)).toBe(true);
      expect(taken).toBeLessThanOrEqual(runs);
      expect(await shrink(scenario, options)).toEqual(runs > taken ? smallest : expect.anything());
    }),
    { numRuns: 40 },
  );
});

test('tries other seeds where the scenario gets smaller in parts, and keeps the seed that breaks', async () => {
  const smallest = await shrink(drawScenario(77, from), { ...unlimited, otherSeeds: 3, stillBroken: broken(({ seed }) => seed === 77 || seed === 3) });
  expect(smallest.clients).toEqual([[]]);
  const stubborn = await shrink(
    firstThat(({ faults }) => faults.length > 0),
    {
      ...unlimited,
      otherSeeds: 3,
      stillBroken: broken(({ seed, faults }) => faults.length > 0 || seed === 3),
    },
  );
  expect([stubborn.seed, stubborn.faults]).toEqual([3, []]);
});
