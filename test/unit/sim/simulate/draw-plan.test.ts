import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faults } from '../../../../sim/nemesis/faults.js';
import { drawPlan, requireTargets, scopeOf, terrainOf } from '../../../../sim/simulate/draw-plan.js';
import type { SimulateOptions } from '../../../../sim/simulate/options.js';
import { settingsOf } from '../../../../sim/simulate/settings.js';

const topology = {
  clients: ['shop-1', 'buyer-1'],
  servers: [
    { name: 'redis', durable: true, peers: [] },
    { name: 'cache', durable: false, peers: [] },
  ],
  pairs: [
    { from: 'shop-1', to: 'redis' },
    { from: 'buyer-1', to: 'shop-1' },
  ],
};

const terrain = (options: SimulateOptions = {}) => terrainOf(topology, 40.2, settingsOf(options));

describe('a drawn plan', () => {
  test('is a pure function of its seed, stays inside the horizon, and hits only who is there', () => {
    const settings = settingsOf({});
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const plan = drawPlan(seed, terrain(), settings);
        expect(drawPlan(seed, terrain(), settings)).toEqual(plan);
        for (const { kind, target, atMs, forMs } of plan.faults) {
          expect(faults[kind].targets(scopeOf(kind, terrain()).topology)).toContain(target);
          expect(atMs + forMs).toBeLessThanOrEqual(1_000);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('lets many faults begin while there is work', () => {
    const begins = Array.from({ length: 200 }, (_, seed) => drawPlan(seed, terrain(), settingsOf({}))).flatMap(({ faults: plan }) =>
      plan.map(({ atMs }) => atMs),
    );
    const early = begins.filter((atMs) => atMs <= 41).length;
    expect(early / begins.length).toBeGreaterThan(0.4);
    expect(early / begins.length).toBeLessThan(0.8);
  });

  test('has network faults between processes as well, and a restart only for who keeps its data', () => {
    expect(faults.delay.targets(scopeOf('delay', terrain()).topology)).toEqual(['shop-1-redis', 'buyer-1-shop-1']);
    expect(faults.restart.targets(scopeOf('restart', terrain()).topology)).toEqual(['redis']);
    expect(faults.flush.targets(scopeOf('flush', terrain()).topology)).toEqual(['cache']);
    expect(faults.crash.targets(scopeOf('crash', terrain()).topology)).toEqual(['shop-1', 'buyer-1']);
  });

  test('is the given one, when one is given', () => {
    const plan = [{ kind: 'pause' as const, atMs: 2_000, forMs: 500, target: 'redis', strength: 1 }];
    expect(drawPlan(5, terrain(), settingsOf({ plan }))).toMatchObject({ seed: 5, faults: plan, horizonMs: 2_500 });
  });

  test('never has lateness where none is wanted', () => {
    const late = (options: SimulateOptions) =>
      Array.from({ length: 50 }, (_, seed) => drawPlan(seed, terrain(), settingsOf(options))).some(({ lateness }) => lateness !== null);
    expect(late({})).toBe(true);
    expect(late({ lateness: false })).toBe(false);
  });
});

test('faults that nothing here could suffer are refused, when they were asked for by name', () => {
  const check = (options: SimulateOptions) => () => requireTargets(terrain(options), settingsOf(options));
  expect(check({})).not.toThrow();
  expect(check({ faults: ['pause', 'flush'] })).not.toThrow();
  expect(check({ faults: ['datagram-loss'] })).toThrow(
    'faults: this world has nothing that datagram-loss could hit (nothing here sends datagrams); leave it out',
  );
  const plan = [{ kind: 'restart' as const, atMs: 0, forMs: 1, target: 'cache', strength: 1 }];
  expect(check({ plan })).toThrow('plan: the fault restart cannot have the target "cache": give one of redis');
});
