import type { Scenario } from '../scenario.js';
import type { DrawnFrom } from './draw-scenario.js';
import { shrinkSteps } from './shrink-candidates.js';

export interface ShrinkOptions {
  readonly from: DrawnFrom;
  /** Runs a scenario and tells whether the same property still breaks. */
  readonly stillBroken: (scenario: Scenario) => Promise<boolean>;
  /** How many runs it may take. */
  readonly runs: number;
  /** Other seeds tried where a candidate holds under its own: leaving something out shifts all timing behind it. */
  readonly otherSeeds: number;
}

/**
 * The smallest scenario found that breaks the same property. Greedy: each kind of step is taken for as long as it leads to
 * something simpler that still does, then the next kind, and all over again until none does or the runs are used up.
 * Deterministic.
 */
export async function shrink(scenario: Scenario, options: ShrinkOptions): Promise<Scenario> {
  let best = scenario;
  let before: Scenario;
  let runs = 0;
  const broken = async (candidate: Scenario): Promise<boolean> => {
    runs += 1;
    return options.stillBroken(candidate);
  };
  do {
    before = best;
    for (const step of shrinkSteps) {
      for (;;) {
        const simpler = await firstBroken(step(best, options.from), best, options.otherSeeds, broken, () => runs >= options.runs);
        if (simpler === null) break;
        best = simpler;
      }
    }
  } while (best !== before);
  return best;
}

async function firstBroken(
  candidates: Iterable<Scenario>,
  scenario: Scenario,
  otherSeeds: number,
  broken: (candidate: Scenario) => Promise<boolean>,
  exhausted: () => boolean,
): Promise<Scenario | null> {
  for (const candidate of candidates) {
    if (exhausted()) return null;
    if (await broken(candidate)) return candidate;
    // Worth other seeds only where the scenario gets structurally smaller: numbers have many candidates of their own.
    if (!isStructural(candidate, scenario)) continue;
    for (let other = 1; other <= otherSeeds && !exhausted(); other++) {
      const reseeded = { ...candidate, seed: other };
      if (await broken(reseeded)) return reseeded;
    }
  }
  return null;
}

const isStructural = (candidate: Scenario, scenario: Scenario): boolean =>
  candidate.faults.length < scenario.faults.length || candidate.clients.flat().length < scenario.clients.flat().length;
