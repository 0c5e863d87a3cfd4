import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chaosFaults } from '../../../../sim/chaos/chaos-faults.js';
import { drawChaosPlan } from '../../../../sim/chaos/chaos-plan.js';
import { topologyOf } from '../../../../sim/topology.js';

const kinds = [...chaosFaults.keys()];
const anyPlan = fc.record({
  seed: fc.nat(),
  clients: fc.integer({ min: 1, max: 6 }),
  ttlMs: fc.integer({ min: 100, max: 1000 }),
  horizonMs: fc.integer({ min: 6_000, max: 120_000 }),
});

test('every kind comes, on targets that exist, in time, and a server that loses its memory stays down for a ttl', () => {
  fc.assert(
    fc.property(anyPlan, ({ seed, clients, ttlMs, horizonMs }) => {
      const topology = topologyOf(clients);
      const names = [...topology.clients, ...topology.servers.map(({ name }) => name)];
      const plan = drawChaosPlan({ seed, kinds, topology, ttlMs, horizonMs });
      expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(kinds));
      for (const { kind, atMs, forMs, target } of plan) {
        expect(Number.isInteger(atMs) && atMs >= 0 && atMs + forMs <= horizonMs).toBe(true);
        expect(names).toEqual(expect.arrayContaining(target.split(/[->]/)));
        if (kind === 'flush') expect([target, forMs > ttlMs]).toEqual(['redis', true]);
      }
    }),
    { numRuns: 50 },
  );
});

test('the same seed gives the same plan, and a longer run has more of it', () => {
  const plan = (horizonMs: number) => drawChaosPlan({ seed: 7, kinds, topology: topologyOf(5), ttlMs: 500, horizonMs });
  expect(plan(30_000)).toEqual(plan(30_000));
  expect(plan(60_000).length).toBeGreaterThan(plan(30_000).length);
});
