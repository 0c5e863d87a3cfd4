import { Search } from '../../sim/explore/search.js';
import { specimens } from '../../sim/registry.js';
import { operationsOf } from '../../sim/scenario.js';
import type { Bench, Contender, Reading } from './bench.js';

/** A specimen that is not caught within so many seeds counts as this many. */
const MOST_SEEDS = 2_000;
/** First seeds of campaigns are so far apart that no two share a seed. */
const APART = 10_000;

/** One round is one campaign: seeds from its own first one on, until the property that is meant breaks; then shrinking. */
async function contender(name: string, workload: string, property: string): Promise<Contender> {
  const search = await Search.open({ workload, lock: name, faults: 'all', fixed: {} });
  let campaign = 0;
  return {
    name: `${name} on ${workload}: ${property}`,
    async round(): Promise<readonly Reading[]> {
      const first = 1 + APART * campaign++;
      let seed = first;
      while (seed < first + MOST_SEEDS && !(await search.seed(seed)).violated.some((violation) => violation.property === property)) seed += 1;
      const { scenario } = (await search.shrink(seed, property, () => undefined)).finding;
      return [
        { measure: 'seeds to the first violation', unit: 'seeds', value: seed - first + 1 },
        { measure: 'operations, shrunk', unit: 'operations', value: operationsOf(scenario) },
        { measure: 'fault episodes, shrunk', unit: 'episodes', value: scenario.faults.length },
      ];
    },
  };
}

export async function specimensBench(): Promise<Bench> {
  const contenders = await Promise.all([...specimens].map(([name, { workload, caughtBy }]) => contender(name, workload, caughtBy[0] ?? '')));
  return {
    about:
      'each known-broken lock under its workload and all faults of the envelope, in 20 campaigns with first seeds of their own. ' +
      'Floor: the median is caught within 500 seeds and shrinks to at most 12 operations and 2 episodes.',
    base: contenders[0]?.name ?? '',
    contenders,
    rounds: { counted: 20, warmUp: 0 },
  };
}
