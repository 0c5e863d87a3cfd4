import type * as FastCheck from 'fast-check';
import type { Scenario } from '../scenario.js';
import { type DrawnFrom, drawScenario } from './draw-scenario.js';
import { shrinkCandidates } from './shrink-candidates.js';

const SEEDS = 0x7fffffff;

/**
 * Whole scenarios as an arbitrary of the caller's own fast-check: clients, operations, parameters and fault plan. Values are
 * those of the seeds that `holdfast sim` runs, and shrink the same way: fewer faults, clients and operations first, then
 * smaller numbers.
 */
export function scenarioArbitrary(fc: Pick<typeof FastCheck, 'Arbitrary' | 'Value' | 'stream'>, from: DrawnFrom): FastCheck.Arbitrary<Scenario> {
  const value = (scenario: Scenario): FastCheck.Value<Scenario> => new fc.Value(scenario, undefined);

  function* simpler(scenario: Scenario): Generator<FastCheck.Value<Scenario>, void> {
    for (const candidate of shrinkCandidates(scenario, from)) yield value(candidate);
  }

  return new (class ScenarioArbitrary extends fc.Arbitrary<Scenario> {
    generate(random: FastCheck.Random): FastCheck.Value<Scenario> {
      return value(drawScenario(random.nextInt(1, SEEDS), from));
    }

    canShrinkWithoutContext(candidate: unknown): candidate is Scenario {
      return typeof candidate === 'object' && candidate !== null && 'clients' in candidate && 'faults' in candidate;
    }

    shrink(scenario: Scenario): FastCheck.Stream<FastCheck.Value<Scenario>> {
      return fc.stream(simpler(scenario));
    }
  })();
}
