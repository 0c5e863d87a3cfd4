import type { History } from '../../models/history.js';
import type { Sometimes } from '../define-workload.js';
import { thrownMessage } from '../recorder.js';
import { UserInputError } from '../user-input-error.js';
import { type RunOptions, type RunResult, runScenario } from '../run-scenario.js';
import type { Scenario } from '../scenario.js';
import { serversOf, topologyOf } from '../topology.js';
import { faults as faultsByKind } from '../nemesis/faults.js';
import { createLuaRuntime, type LuaRuntime } from '../servers/redis/lua/lua-runtime.js';
import { codeFingerprint } from './code-fingerprint.js';
import { type DrawnFrom, drawScenario, type FaultSelection } from './draw-scenario.js';
import type { Finding } from './finding.js';
import { loadPlugins, type Plugins } from './load-plugins.js';
import { transitionsShown } from './model-transitions.js';
import type { SearchSetup, SeedSummary } from './search-job.js';
import { shrink } from './shrink.js';

const SHRINK_RUNS = 3_000;
const SHRINK_OTHER_SEEDS = 4;

/** Runs seeds and shrinks what they break, on this thread. */
export class Search {
  private constructor(
    private readonly plugins: Plugins,
    /** What scenarios of this search are drawn from. */
    readonly from: DrawnFrom,
    private readonly lua: LuaRuntime,
  ) {}

  static async open(setup: SearchSetup): Promise<Search> {
    const plugins = await loadPlugins(setup.workload, setup.lock);
    const from: DrawnFrom = {
      workload: plugins.workload,
      workloadName: setup.workload,
      lockName: setup.lock,
      assumes: plugins.lock.assumes,
      servers: serversOf(plugins.workload, plugins.lock),
      faults: selectFaults(setup.faults, plugins),
      fixed: setup.fixed,
    };
    return new Search(plugins, from, await createLuaRuntime());
  }

  scenario(seed: number): Scenario {
    return drawScenario(seed, this.from);
  }

  run(scenario: Scenario, options: Pick<RunOptions, 'drain' | 'trace' | 'digest'> = {}): Promise<RunResult> {
    return runScenario(scenario, { ...this.plugins, lua: this.lua, ...options });
  }

  async seed(seed: number): Promise<SeedSummary> {
    const result = await this.run(this.scenario(seed));
    const asked = Object.entries(this.plugins.workload.sometimes).map(([name, entry]) => [name, this.ask(name, entry, result.history)] as const);
    const answered = (answer: boolean | 'not-applicable'): string[] => asked.filter(([, given]) => given === answer).map(([name]) => name);
    return {
      seed,
      digest: result.digest,
      events: result.events,
      virtualMs: result.virtualMs,
      violated: result.violations.map(({ property, message }) => ({ property, message })),
      faults: result.faults,
      reached: answered(true),
      inapplicable: answered('not-applicable'),
      transitions: transitionsShown(this.plugins.workload, result.history),
      budget: result.budget,
    };
  }

  private ask(name: string, entry: Sometimes, history: History): ReturnType<Sometimes['reached']> {
    try {
      return entry.reached(history);
    } catch (error) {
      throw new UserInputError(`workload ${this.plugins.workload.name}: sometimes ${JSON.stringify(name)} threw ${thrownMessage(error)}`);
    }
  }

  /** The smallest scenario that still breaks the property, and what it shows. */
  async shrink(seed: number, property: string, alive: () => void): Promise<{ finding: Finding; message: string; events: number }> {
    const breaks = (result: RunResult): boolean => result.violations.some((violation) => violation.property === property);
    const scenario = await shrink(this.scenario(seed), {
      from: this.from,
      runs: SHRINK_RUNS,
      otherSeeds: SHRINK_OTHER_SEEDS,
      stillBroken: async (candidate) => {
        alive();
        return breaks(await this.run(candidate));
      },
    });
    const { digest, checkpoints, violations, events } = await this.run(scenario);
    const violation = violations.find((candidate) => candidate.property === property);
    const fingerprint = codeFingerprint(this.plugins.modules);
    return { finding: { scenario, property, digest, checkpoints, fingerprint }, message: violation?.message ?? '', events };
  }
}

/** `all` is the lock's envelope; kinds named one by one may leave it. */
function selectFaults(faults: SearchSetup['faults'], { workload, lock }: Plugins): FaultSelection {
  if (faults === 'all') return { kinds: lock.assumes.faults, withinEnvelope: true };
  if (faults === 'none') return { kinds: [], withinEnvelope: true };
  const world = topologyOf(2, serversOf(workload, lock));
  const homeless = faults.find((kind) => faultsByKind[kind].targets(world).length === 0);
  if (homeless !== undefined) {
    throw new UserInputError(`--faults ${homeless}: the world of ${workload.name} has nothing that it could hit; leave it out`);
  }
  if (new Set(faults).size !== faults.length) throw new UserInputError(`--faults names a kind twice: ${faults.join(',')}`);
  return { kinds: faults, withinEnvelope: false };
}
