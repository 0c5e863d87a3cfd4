import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chaosFaults } from '../../../../sim/chaos/chaos-faults.js';
import { drawChaosPlan } from '../../../../sim/chaos/chaos-plan.js';
import type { ChaosTopology } from '../../../../sim/chaos/chaos-fault.js';
import { everyServer, topologyOf } from '../../../../sim/topology.js';

const kinds = [...chaosFaults.keys()];
/** With every server that there can be, so that each kind finds something to hit. */
const topologyFor = (clients: number): ChaosTopology => ({ ...topologyOf(clients, everyServer), pooled: ['postgres'] });
const anyPlan = fc.record({
  seed: fc.nat(),
  clients: fc.integer({ min: 1, max: 6 }),
  ttlMs: fc.integer({ min: 100, max: 1000 }),
  horizonMs: fc.integer({ min: 6_000, max: 120_000 }),
});

test('every kind comes, on targets that exist, in time, and a server that loses its memory stays down for a ttl', () => {
  fc.assert(
    fc.property(anyPlan, ({ seed, clients, ttlMs, horizonMs }) => {
      const topology = topologyFor(clients);
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
  const plan = (horizonMs: number) => drawChaosPlan({ seed: 7, kinds, topology: topologyFor(5), ttlMs: 500, horizonMs });
  expect(plan(30_000)).toEqual(plan(30_000));
  expect(plan(60_000).length).toBeGreaterThan(plan(30_000).length);
});

test('what only PostgreSQL and its pooler can meet comes where they are, and nowhere else', () => {
  const planned = (topology: ChaosTopology) => new Set(drawChaosPlan({ seed: 7, kinds, topology, ttlMs: 500, horizonMs: 30_000 }).map(({ kind }) => kind));
  const withoutPooler = planned({ ...topologyOf(3, ['postgres']), pooled: [] });
  expect([withoutPooler.has('backend-kill'), withoutPooler.has('commit-reply-lost'), withoutPooler.has('pooler-kill')]).toEqual([true, true, false]);
  const redis = planned({ ...topologyOf(3, ['redis']), pooled: [] });
  expect([redis.has('backend-kill'), redis.has('commit-reply-lost'), redis.has('pooler-kill'), redis.has('server-pause')]).toEqual([false, false, false, true]);
});
