import type { Scenario } from '../scenario.js';
import type { DrawnFrom } from './draw-scenario.js';
import { shrinkCandidates } from './shrink-candidates.js';

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
 * The smallest scenario found that breaks the same property: greedily takes the first simpler one that does, and begins
 * again from there, until none does or the runs are used up. Deterministic.
 */
export async function shrink(scenario: Scenario, options: ShrinkOptions): Promise<Scenario> {
  let best = scenario;
  let runs = 0;
  const broken = (candidate: Scenario): Promise<boolean> => {
    runs += 1;
    return options.stillBroken(candidate);
  };
  for (;;) {
    const simpler = await firstBroken(best, options, broken, () => runs >= options.runs);
    if (simpler === null) return best;
    best = simpler;
  }
}

async function firstBroken(
  scenario: Scenario,
  options: ShrinkOptions,
  broken: (candidate: Scenario) => Promise<boolean>,
  exhausted: () => boolean,
): Promise<Scenario | null> {
  for (const candidate of shrinkCandidates(scenario, options.from)) {
    if (exhausted()) return null;
    if (await broken(candidate)) return candidate;
    // Worth other seeds only where the scenario gets structurally smaller: numbers have many candidates of their own.
    if (!isStructural(candidate, scenario)) continue;
    for (let other = 1; other <= options.otherSeeds && !exhausted(); other++) {
      const reseeded = { ...candidate, seed: other };
      if (await broken(reseeded)) return reseeded;
    }
  }
  return null;
}

const isStructural = (candidate: Scenario, scenario: Scenario): boolean =>
  candidate.faults.length < scenario.faults.length || candidate.clients.flat().length < scenario.clients.flat().length;
