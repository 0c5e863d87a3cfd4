import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DrawnFrom, drawScenario, paramRanges } from '../../../../sim/explore/draw-scenario.js';
import { shrinkCandidates } from '../../../../sim/explore/shrink-candidates.js';
import { faults } from '../../../../sim/nemesis/faults.js';
import { operationsOf, parseScenario, type Scenario } from '../../../../sim/scenario.js';
import { topologyOf } from '../../../../sim/topology.js';
import { sources, sourceWith, workload } from '../../../support/arbitrary-scenarios.js';

/**
 * The size of a scenario, in order of weight: how many clients, operations and episodes; then what its numbers are away
 * from the simplest ones. Each part is a natural number, so no chain of simpler ones is endless.
 */
function sizeOf(scenario: Scenario): number[] {
  const away = (ranges: Readonly<Record<string, { min: number }>>, numbers: Readonly<Record<string, number>>): number =>
    Object.entries(ranges).reduce((sum, [name, { min }]) => sum + Math.abs((numbers[name] ?? min) - min), 0);
  return [
    scenario.clients.length + operationsOf(scenario) + scenario.faults.length,
    scenario.lateness === null ? 0 : 1,
    away(paramRanges(workload), scenario.params),
    scenario.clients.flat().reduce((sum, operation) => sum + away(workload.operation, operation), 0),
    scenario.faults.reduce((sum, { atMs, forMs, strength }) => sum + atMs + forMs + Math.abs(strength), 0),
    scenario.horizonMs,
  ];
}

const isSmaller = (one: readonly number[], other: readonly number[]): boolean => {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at >= 0 && one[at]! < other[at]!;
};

const noFaults = sourceWith({ kinds: [], withinEnvelope: true });

/** A drawn scenario, shrunk some random steps along. */
const shrunken = fc.record({ seed: fc.nat(), from: sources, steps: fc.array(fc.nat(), { maxLength: 12 }) }).map(({ seed, from, steps }) => {
  let scenario = drawScenario(seed, from);
  for (const step of steps) {
    const candidates = [...shrinkCandidates(scenario, from)];
    if (candidates.length > 0) scenario = candidates[step % candidates.length]!;
  }
  return { scenario, from };
});

const forEachCandidate = (check: (candidate: Scenario, scenario: Scenario, from: DrawnFrom) => void): void =>
  fc.assert(
    fc.property(shrunken, ({ scenario, from }) => {
      for (const candidate of shrinkCandidates(scenario, from)) check(candidate, scenario, from);
    }),
    { numRuns: 60 },
  );

test('each candidate is a valid scenario, and smaller by a measure that cannot shrink for ever', () => {
  forEachCandidate((candidate, scenario) => {
    expect(parseScenario(candidate, 'it')).toEqual(candidate);
    if (!isSmaller(sizeOf(candidate), sizeOf(scenario))) expect.fail(`${JSON.stringify(candidate)} after ${JSON.stringify(scenario)}`);
  });
});

test('each target is there, also when clients have gone and the others have moved up', () => {
  forEachCandidate((candidate) => {
    expect(candidate.params['clients']).toBe(candidate.clients.length);
    for (const { kind, target } of candidate.faults) expect(faults[kind].targets(topologyOf(candidate.clients.length))).toContain(target);
  });
});

test('a client that goes takes its episodes along; the others keep theirs, under their new names', () => {
  const episode = (target: string) => ({ kind: 'delay' as const, atMs: 0, forMs: 1, target, strength: 1 });
  const scenario: Scenario = {
    version: 1,
    workload: 'test',
    lock: 'test-lock',
    seed: 1,
    horizonMs: 1,
    lateness: null,
    overrides: {},
    params: { clients: 12, operations: 1, ttlMs: 200, stock: 1 },
    clients: Array.from({ length: 12 }, (_, at) => [{ thinkMs: at, holdMs: 5, quantity: 1 }]),
    faults: ['c1-redis', 'c2-redis', 'c12-shop', 'redis'].map(episode),
  };
  const without2 = [...shrinkCandidates(scenario, noFaults)].find(({ clients }) => clients.length === 11 && clients[1]?.[0]?.['thinkMs'] === 2);
  expect(without2?.faults.map(({ target }) => target)).toEqual(['c1-redis', 'c11-shop', 'redis']);
});

test('none leaves the ranges of the workload, or the bounds of the envelope', () => {
  forEachCandidate((candidate, _, from) => {
    for (const [name, { min, max }] of Object.entries(paramRanges(workload))) {
      const value = candidate.params[name]!;
      if (name !== 'clients' && name !== 'operations' && (value < min || value > max)) expect.fail(`${name} is ${value}`);
    }
    for (const operation of candidate.clients.flat()) {
      for (const [name, { min, max }] of Object.entries(workload.operation)) {
        const value = operation[name]!;
        if (value < min || value > max) expect.fail(`${name} is ${value}`);
      }
    }
    for (const { kind, atMs, forMs, strength } of candidate.faults) {
      if (faults[kind].permanent !== true) expect(atMs + forMs).toBeLessThanOrEqual(candidate.horizonMs);
      if (!from.faults.withinEnvelope) continue;
      if (kind === 'flush') expect(forMs).toBeGreaterThanOrEqual(candidate.params['ttlMs']!);
      if (kind === 'clock-drift') expect(Math.abs(strength)).toBeLessThanOrEqual(20_000);
    }
  });
});

test('where nothing is left to take away there are no candidates', () => {
  const smallest: Scenario = {
    version: 1,
    workload: 'test',
    lock: 'test-lock',
    seed: 1,
    horizonMs: 0,
    lateness: null,
    overrides: {},
    faults: [],
    params: { clients: 1, operations: 1, ttlMs: 200, stock: 1 },
    clients: [[]],
  };
  expect([...shrinkCandidates(smallest, noFaults)]).toEqual([]);
});
