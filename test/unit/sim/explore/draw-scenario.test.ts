import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawScenario, paramRanges } from '../../../../sim/explore/draw-scenario.js';
import { operationsOf, parseScenario } from '../../../../sim/scenario.js';
import { faults } from '../../../../sim/nemesis/faults.js';
import { sources, workload } from '../../../support/arbitrary-scenarios.js';

test('a scenario is a pure function of its seed: valid, and with every number in its range', () => {
  fc.assert(
    fc.property(fc.nat(), sources, (seed, from) => {
      const scenario = drawScenario(seed, from);
      expect(drawScenario(seed, from)).toEqual(scenario);
      expect(parseScenario(JSON.parse(JSON.stringify(scenario)), 'it')).toEqual(scenario);
      expect(scenario).toMatchObject({ seed, workload: 'test', lock: 'test-lock', overrides: {} });

      for (const [name, { min, max }] of Object.entries(paramRanges(workload))) {
        const value = scenario.params[name]!;
        expect(value >= min && value <= max, name).toBe(true);
      }
      expect(scenario.clients.length).toBe(scenario.params['clients']);
      for (const operations of scenario.clients) expect(operations.length >= 1 && operations.length <= scenario.params['operations']!).toBe(true);
      for (const operation of scenario.clients.flat()) {
        expect(Object.keys(operation)).toEqual(Object.keys(workload.operation));
        for (const [name, { min, max }] of Object.entries(workload.operation)) expect(operation[name]! >= min && operation[name]! <= max, name).toBe(true);
      }
      for (const { kind, atMs, forMs } of scenario.faults) {
        expect(from.faults.kinds).toContain(kind);
        // The healing cuts no episode short.
        expect(atMs + forMs).toBeLessThanOrEqual(scenario.horizonMs);
      }
    }),
    { numRuns: 200 },
  );
});

test('inside the envelope every episode keeps its bounds', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      sources.map((from) => ({ ...from, faults: { ...from.faults, withinEnvelope: true } })),
      (seed, from) => {
        const scenario = drawScenario(seed, from);
        for (const { kind, forMs, strength } of scenario.faults) {
          if (kind === 'flush') expect(forMs).toBeGreaterThanOrEqual(scenario.params['ttlMs']!);
          if (kind === 'clock-drift') expect(Math.abs(strength)).toBeLessThanOrEqual(20_000);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('seeds differ; some are late and some prompt, some have faults and some none', () => {
  fc.assert(
    fc.property(sources, (from) => {
      const scenarios = Array.from({ length: 60 }, (_, seed) => drawScenario(seed, from));
      expect(new Set(scenarios.map(({ seed: _, ...rest }) => JSON.stringify(rest))).size).toBe(60);
      expect(new Set(scenarios.map(({ lateness }) => lateness === null)).size).toBe(2);
      if (from.faults.kinds.length > 0) expect(scenarios.some((scenario) => scenario.faults.length === 0)).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test('numbers that are fixed are not drawn, and the others stay as they were', () => {
  fc.assert(
    fc.property(fc.nat(), sources, (seed, from) => {
      const free = drawScenario(seed, from);
      const fixed = drawScenario(seed, { ...from, fixed: { ttlMs: 7, stock: 99 } });
      expect(fixed.params).toEqual({ ...free.params, ttlMs: 7, stock: 99 });
      expect(fixed.clients).toEqual(free.clients);
      const sized = drawScenario(seed, { ...from, fixed: { clients: 3, operations: 4 } });
      expect([sized.clients.length, operationsOf(sized)]).toEqual([3, 12]);
    }),
  );
});

test('permanent faults begin with the chaos phase', () => {
  fc.assert(
    fc.property(fc.nat(), sources, (seed, from) => {
      for (const { kind, atMs } of drawScenario(seed, from).faults) if (faults[kind].permanent === true) expect(atMs).toBe(0);
    }),
  );
});
