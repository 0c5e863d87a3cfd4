import { properties } from '../../properties/index.js';
import { scopeOf } from '../../sim/explore/draw-scenario.js';
import { Search } from '../../sim/explore/search.js';
import { Draws } from '../../sim/kernel/draws.js';
import type { Episode } from '../../sim/nemesis/fault.js';
import { drawFaultPlan } from '../../sim/nemesis/swarm.js';
import type { RunResult } from '../../sim/run-scenario.js';
import { Trace } from '../../sim/kernel/trace.js';
import type { Scenario } from '../../sim/scenario.js';
import type { FaultKind } from '../../src/locks/envelope.js';
import type { Bench, Contender, Reading } from './bench.js';
import { cpuTimeOf } from './cpu-time.js';

const SIZE = { clients: 5, operations: 20 };
const SEEDS = 40;
/** Holds are drawn from 0 to 400 ms; the base has an eighth of that. */
const BRIEF = 8;

/** Every run has episodes of all of these. */
const KINDS: readonly FaultKind[] = ['stall', 'reply-lost', 'partial-partition', 'one-way-partition', 'crash', 'pause'];

/** What a run has on beside the world itself. */
interface Extras {
  readonly digest: boolean;
  readonly traced: boolean;
}

const AS_SEARCHED: Extras = { digest: true, traced: false };

/** Runs and judges scenarios of one workload, as a campaign does. */
class Course {
  private constructor(private readonly search: Search) {}

  static async open(workload: string, lock = 'redis'): Promise<Course> {
    return new Course(await Search.open({ workload, lock, faults: 'all', fixed: SIZE }));
  }

  /** As a campaign draws it with `--faults all`. */
  drawn(seed: number): Scenario {
    return this.search.scenario(seed);
  }

  /** With one or two episodes of each of `kinds` instead of what the swarm chose. */
  withEach(seed: number, kinds: readonly FaultKind[]): Scenario {
    const scenario = this.search.scenario(seed);
    const draws = new Draws(seed).stream('bench/faults');
    const scope = scopeOf(this.search.from, scenario.params, scenario.clients.length, scenario.horizonMs);
    const faults = kinds.flatMap((kind) => {
      let episodes: Episode[] = [];
      // One plan in ten is empty.
      while (episodes.length === 0) episodes = drawFaultPlan(draws, [{ kind, scope }]);
      return episodes;
    });
    return { ...scenario, faults };
  }

  async run(scenario: Scenario, { digest, traced }: Extras): Promise<RunResult> {
    const result = await this.search.run(scenario, { digest, ...(traced ? { trace: new Trace() } : {}) });
    const wrong = result.violations[0]?.message ?? (result.budget === null ? null : `its budget of ${result.budget} was used up`);
    if (wrong !== null) throw new Error(`seed ${scenario.seed} of ${scenario.workload} should hold: ${wrong}`);
    return result;
  }

  /** Judges a history once more, for its price alone. */
  judge({ history }: RunResult): void {
    for (const name of this.search.from.workload.check) properties.get(name)?.check(history);
  }

  async round(scenarios: readonly Scenario[], extras: Extras): Promise<Reading[]> {
    const runs = await cpuTimeOf(async () => {
      const results: RunResult[] = [];
      for (const scenario of scenarios) results.push(await this.run(scenario, extras));
      return results;
    });
    const results = runs.value;
    const judging = await cpuTimeOf(async () => results.forEach((result) => this.judge(result)));
    const effective = results.flatMap(({ faults }) => Object.values(faults)).reduce((sum, count) => sum + count.effective, 0);
    return [
      { measure: 'scenarios, judged', unit: 'seeds per CPU second', value: results.length / (runs.cpuMs / 1000) },
      { measure: 'time spent in properties', unit: '%', value: (100 * judging.cpuMs) / runs.cpuMs },
      { measure: 'size of a run', unit: 'events a seed', value: results.reduce((sum, { events }) => sum + events, 0) / results.length },
      { measure: 'faults that changed something', unit: 'episodes a seed', value: effective / results.length },
    ];
  }
}

export async function scenariosBench(): Promise<Bench> {
  const contender = (name: string, course: Course, scenario: (seed: number) => Scenario, extras = AS_SEARCHED): Contender => {
    let next = 1;
    return {
      name,
      round: () => {
        const scenarios = Array.from({ length: SEEDS }, () => scenario(next++));
        return course.round(scenarios, extras);
      },
    };
  };
  const lock = await Course.open('lock');
  const lastItem = await Course.open('last-item');
  const hotSku = await Course.open('hot-sku');
  const postgresSales = await Course.open('last-item', 'postgres-lease');
  const postgresHot = await Course.open('hot-sku', 'postgres-lease');
  const briefly = (scenario: Scenario): Scenario => ({
    ...scenario,
    // The run is shorter, so the faults come sooner.
    faults: scenario.faults.map((episode) => ({ ...episode, atMs: Math.floor(episode.atMs / BRIEF) })),
    clients: scenario.clients.map((operations) => operations.map((operation) => ({ ...operation, holdMs: Math.floor((operation['holdMs'] ?? 0) / BRIEF) }))),
  });
  return {
    about:
      '5 clients x 20 operations of the Redis lock, all properties judged; the base with stalls, lost replies, partitions, crashes and pauses ' +
      'in every run and the lock held for up to 50 ms, the next with up to 400 ms (and more polls), the others as in a campaign. Floor: 100 seeds/s of the base; ' +
      '300 is the stretch. On PostgreSQL (20 sales a client) 50 seeds/s is the floor.',
    base: 'lock, all six faults',
    contenders: [
      contender('lock, all six faults', lock, (seed) => briefly(lock.withEach(seed, KINDS))),
      contender('lock, all six faults, digest off', lock, (seed) => briefly(lock.withEach(seed, KINDS)), { digest: false, traced: false }),
      contender('lock, all six faults, traced', lock, (seed) => briefly(lock.withEach(seed, KINDS)), { digest: true, traced: true }),
      contender('lock, all six faults, long holds', lock, (seed) => lock.withEach(seed, KINDS)),
      contender('lock', lock, (seed) => lock.drawn(seed)),
      contender('last-item', lastItem, (seed) => lastItem.drawn(seed)),
      contender('hot-sku', hotSku, (seed) => hotSku.drawn(seed)),
      contender('last-item on postgres-lease, all six faults', postgresSales, (seed) => postgresSales.withEach(seed, KINDS)),
      contender('hot-sku on postgres-lease, all six faults', postgresHot, (seed) => postgresHot.withEach(seed, KINDS)),
    ],
  };
}
