import { Digest, hashOf } from '../kernel/digest.js';
import { realNow } from '../kernel/drain.js';
import type { FaultCounts } from '../nemesis/nemesis.js';
import { drawPlan, requireTargets, type Terrain, terrainOf } from './draw-plan.js';
import { unrepeatable } from './module-state.js';
import type { SimulationReport } from './options.js';
import { calmPlan, type Plan } from './plan.js';
import { recordedRunOf } from './replay-token.js';
import { absentTargets } from './seen-topology.js';
import { type PlanRun, runPlan, type RunPlanOptions } from './run-plan.js';
import { type FailedRun, isFailed, shrinkPlan } from './shrink-plan.js';
import { tell } from './tell.js';

/** How much making a failure smaller may cost: whichever comes first. */
const MOST_SHRINK_RUNS = 600;
const SHRINK_MS = 10_000;
/** So many times as long when it takes that long to find out which faults are needed. */
const PATIENCE = 2;

/**
 * All runs of one `simulate`: a calm one, which teaches who is there and must pass; then seeds, until one fails or time is
 * up; at last the first and the last of them again, which must be what they were.
 */
export class Campaign {
  private readonly began = realNow();
  private readonly digest = new Digest();
  private readonly faults: FaultCounts = {};
  private events = 0;
  private virtualMs = 0;
  private seeds = 0;

  constructor(private readonly options: RunPlanOptions) {}

  async run(): Promise<SimulationReport> {
    const { settings } = this.options;
    if (settings.replay !== null) return this.replay(settings.replay);
    const calm = await this.play(calmPlan(settings.name, settings.seed));
    if (isFailed(calm)) throw await this.failure(calm, null, 'without any fault');
    const terrain = terrainOf(calm.topology, calm.virtualMs, settings);
    requireTargets(terrain, settings);
    const last = await this.search(terrain);
    await this.repeat(calm);
    await this.repeat(last);
    return this.report();
  }

  private async search(terrain: Terrain): Promise<PlanRun> {
    const { settings } = this.options;
    let run: PlanRun;
    do {
      run = await this.play(drawPlan(settings.seed + this.seeds, terrain, settings));
      this.count(run);
      if (isFailed(run)) throw await this.failure(run, terrain, `in run ${this.seeds} of at most ${settings.seeds}`);
    } while (this.seeds < settings.seeds && realNow() - this.began < settings.timeMs);
    return run;
  }

  private async replay(token: string): Promise<SimulationReport> {
    const recorded = recordedRunOf(token);
    const run = await this.play(recorded.plan);
    this.count(run);
    if (isFailed(run)) throw await tell(run, this.options, { found: 'replayed', isSmallest: recorded.isSmallest ?? true, recorded });
    const targets = recorded.plan.faults.map(({ target }) => target);
    return this.report(absentTargets(run.topology, targets));
  }

  /** The failure, made as small as it gets, and told. */
  private async failure(failed: FailedRun, terrain: Terrain | null, found: string): Promise<Error> {
    const told = `seed ${failed.plan.seed}, ${found}`;
    // The message says it all; and what escaped need not look the same a second time, what never ends would cost its time in each run.
    if (failed.failure.kind === 'escape' || failed.failure.kind === 'loop')
      return tell(failed, this.options, { found: told, isSmallest: false, recorded: null });
    const again = await this.play(failed.plan);
    if (again.digest !== failed.digest || again.failure?.message !== failed.failure.message) {
      return this.astray(failed.plan, `${failed.failure.message.split('\n')[0] ?? ''}: seen once; but `);
    }
    let runs = 0;
    const began = realNow();
    const isExhausted = (ms: number): boolean => runs >= MOST_SHRINK_RUNS || realNow() > began + ms;
    const { run, isSmallest } = await shrinkPlan(failed, {
      terrain,
      run: (plan) => {
        runs += 1;
        return this.play(plan);
      },
      isOver: () => isExhausted(PATIENCE * SHRINK_MS),
      isLate: () => isExhausted(SHRINK_MS),
    });
    return tell(run, this.options, { found: told, isSmallest, recorded: null });
  }

  private async repeat(run: PlanRun): Promise<void> {
    const again = await this.play(run.plan);
    if (again.digest !== run.digest || again.failure !== null) throw await this.astray(run.plan, '');
  }

  private astray(plan: Plan, prefix: string): Promise<Error> {
    return unrepeatable(plan, prefix, (again, trace) => runPlan(again, { ...this.options, trace }));
  }

  private play(plan: Plan): Promise<PlanRun> {
    return runPlan(plan, this.options);
  }

  private count(run: PlanRun): void {
    this.seeds += 1;
    this.events += run.events;
    this.virtualMs += run.virtualMs;
    this.digest.mix(hashOf(run.digest, this.seeds));
    for (const [kind, { injected, effective }] of Object.entries(run.faults)) {
      const sum = (this.faults[kind as keyof FaultCounts] ??= { injected: 0, effective: 0 });
      sum.injected += injected;
      sum.effective += effective;
    }
  }

  private report(absent: readonly string[] = []): SimulationReport {
    const { seeds, events, virtualMs, faults } = this;
    return { seeds, events, virtualMs, wallMs: realNow() - this.began, digest: this.digest.value, faults, absent };
  }
}
