import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FaultKind } from '../../../../src/locks/envelope.js';
import { Draws } from '../../../../sim/kernel/draws.js';
import type { Episode, FaultScope } from '../../../../sim/nemesis/fault.js';
import { faultKinds, faults } from '../../../../sim/nemesis/faults.js';
import { drawFaultPlan } from '../../../../sim/nemesis/swarm.js';
import { envelope } from '../../../support/arbitrary-scenarios.js';

const server = (name: string, durable: boolean, peers: string[]) => ({ name, durable, peers });
const topology = { clients: ['c1', 'c2', 'c3'], servers: [server('redis', false, ['shop']), server('shop', true, [])] };
const inside: FaultScope = { topology, ttlMs: 500, horizonMs: 3_000, bounds: envelope.bounds };
const outside: FaultScope = { ...inside, bounds: null };

const planOf = (seed: number, kinds: readonly FaultKind[], scope: FaultScope): Episode[] =>
  drawFaultPlan(
    new Draws(seed).stream('faults'),
    kinds.map((kind) => ({ kind, scope })),
  );
const plans = (kinds: readonly FaultKind[], scope: FaultScope, count = 400): Episode[][] =>
  Array.from({ length: count }, (_, seed) => planOf(seed, kinds, scope));
const scopes = fc.record({
  topology: fc.constant(topology),
  ttlMs: fc.integer({ min: 1, max: 2_000 }),
  horizonMs: fc.integer({ min: 1, max: 20_000 }),
  bounds: fc.constantFrom(envelope.bounds, null),
});

test('a plan is that of the seed, in order of time', () => {
  fc.assert(
    fc.property(fc.nat(), scopes, (seed, scope) => {
      const plan = planOf(seed, faultKinds, scope);
      expect(planOf(seed, faultKinds, scope)).toEqual(plan);
      expect(plan.map(({ atMs }) => atMs)).toEqual(plan.map(({ atMs }) => atMs).toSorted((one, other) => one - other));
    }),
  );
  expect(planOf(1, faultKinds, inside)).not.toEqual(planOf(2, faultKinds, inside));
});

test("every episode has a target of its kind, and a length and a strength within the kind's ranges; it ends within the chaos phase where it can", () => {
  fc.assert(
    fc.property(fc.nat(), scopes, (seed, scope) => {
      for (const { kind, atMs, forMs, target, strength } of planOf(seed, faultKinds, scope)) {
        const fault = faults[kind];
        const length = fault.lengthMs(scope);
        const range = fault.strength(scope);
        expect(fault.targets(topology)).toContain(target);
        expect(forMs >= length.min && forMs <= length.max).toBe(true);
        expect(strength >= range.min && strength <= range.max).toBe(true);
        expect(atMs >= 0 && (atMs === 0 || atMs + forMs <= scope.horizonMs)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test('a swarm leaves kinds out: some plans have a kind, most have not; some have none at all; a few have three of one', () => {
  const all = plans(faultKinds, inside);
  for (const kind of faultKinds) {
    const share = all.filter((plan) => plan.some((episode) => episode.kind === kind)).length / all.length;
    expect(share > 0.15 && share < 0.5, kind).toBe(true);
  }
  expect(all.filter((plan) => plan.length === 0).length).toBeGreaterThan(10);
  expect(all.some((plan) => faultKinds.some((kind) => plan.filter((episode) => episode.kind === kind).length === 3))).toBe(true);
});

test('a kind that is alone is in nearly every plan; the plan without faults stays', () => {
  const without = plans(['pause'], inside).filter((plan) => plan.length === 0).length;
  expect(without > 10 && without < 80).toBe(true);
});

test('a kind for which this world has no target is never drawn', () => {
  const scope = { ...inside, topology: { ...topology, servers: [server('shop', true, [])] } };
  for (const plan of plans(faultKinds, scope, 100)) {
    expect(plan.filter(({ kind }) => kind === 'flush' || kind.startsWith('datagram'))).toEqual([]);
  }
});

const extremes = (kind: FaultKind, scope: FaultScope, of: (episode: Episode) => number): [number, number] => {
  const values = plans([kind], scope).flat().map(of);
  return [Math.min(...values), Math.max(...values)];
};

test('inside the envelope: memory is lost for a whole ttl at least, drift reaches both bounds and never passes them', () => {
  expect(extremes('flush', inside, ({ forMs }) => forMs)[0]).toBeGreaterThanOrEqual(500);
  expect(extremes('flush', { ...inside, bounds: { ...envelope.bounds, memoryLossDowntimeTtls: 3 } }, ({ forMs }) => forMs)).toEqual([1_500, 1_500]);
  expect(extremes('clock-drift', inside, ({ strength }) => strength)).toEqual([-20_000, 20_000]);
});

test('asked for by name they go outside', () => {
  expect(extremes('flush', outside, ({ forMs }) => forMs)[0]).toBeLessThan(250);
  expect(extremes('clock-drift', outside, ({ strength }) => strength)).toEqual([-200_000, 200_000]);
});

test('only servers that may lose their memory are flushed, only clients crash, links have a client and a server', () => {
  expect(faults.flush.targets(topology)).toEqual(['redis']);
  expect(faults.crash.targets(topology)).toEqual(['c1', 'c2', 'c3']);
  expect(faults.restart.targets(topology)).toEqual(['redis', 'shop']);
  expect(faults.stall.targets({ ...topology, clients: ['c1'] })).toEqual(['c1-redis', 'c1-shop']);
  expect(faults['one-way-partition'].targets({ ...topology, clients: ['c1'], servers: [server('redis', false, [])] })).toEqual(['c1>redis', 'redis>c1']);
  expect(faults['datagram-loss'].targets(topology)).toEqual(['redis>shop']);
});
