import type { Terrain } from './draw-plan.js';
import { type Failure, sameFailure } from './failure.js';
import { fewerFaults, pinned, smallerNumbers } from './plan-candidates.js';
import type { Plan } from './plan.js';
import type { PlanRun } from './run-plan.js';

export interface ShrinkPlanOptions {
  readonly run: (plan: Plan) => Promise<PlanRun>;
  /** Null when nothing was drawn. */
  readonly terrain: Terrain | null;
  /** Whether there may be no more runs to find out which faults are needed. */
  readonly isOver: () => boolean;
  /** The same, to make smaller what is needed: sooner. */
  readonly isLate: () => boolean;
}

/** Other seeds tried where a candidate holds under its own: leaving something out shifts all timing behind it. */
const OTHER_SEEDS = 8;
const SEEDS_WITHOUT_FAULT = 40;

/** A run that fails: what shrinking begins and ends with. */
export type FailedRun = PlanRun & { readonly failure: Failure };

export const isFailed = (run: PlanRun): run is FailedRun => run.failure !== null;

export interface ShrunkRun {
  readonly run: FailedRun;
  /** Whether leaving out any one of its faults was tried, and the failure was gone. */
  readonly isSmallest: boolean;
}

/**
 * The smallest run found that fails in the same way. First with as few faults as it takes: greedily takes the first simpler
 * plan that still fails, and begins again from there. Then under the seed with the shortest story; then with smaller
 * numbers, and shorter and weaker faults.
 */
export async function shrinkPlan(failed: FailedRun, options: ShrinkPlanOptions): Promise<ShrunkRun> {
  const { isOver, isLate, terrain } = options;
  let best = await descend(failed, options, isOver, withFewerFaults);
  for (const plan of underOtherSeeds(pinned(best.plan, best.integers), OTHER_SEEDS)) {
    const run = await failing(plan, best, options, isLate);
    if (run !== null && run.events < best.events) best = run;
  }
  // With smaller numbers a fault may be needed no longer, and without it other numbers may do.
  for (let before: FailedRun | null = null; best !== before;) {
    before = best;
    best = await descend(best, options, isLate, ({ plan, integers }) => smallerNumbers(plan, integers, terrain));
    best = await descend(best, options, isOver, withFewerFaults);
  }
  return { run: best, isSmallest: !isOver() };
}

function* withFewerFaults({ plan, integers }: FailedRun): Generator<Plan> {
  for (const candidate of fewerFaults(plan)) {
    yield candidate;
    yield* underOtherSeeds(pinned(candidate, integers), OTHER_SEEDS);
    // A failure that needs no fault at all may need other numbers; it is worth looking for, as nothing explains better.
    if (candidate.faults.length === 0) yield* underOtherSeeds({ ...candidate, overrides: {} }, SEEDS_WITHOUT_FAULT);
  }
}

/** Goes from each run to the first of its candidates that fails too, as long as there is one. */
async function descend(
  from: FailedRun,
  options: ShrinkPlanOptions,
  isDone: () => boolean,
  candidates: (best: FailedRun) => Iterable<Plan>,
): Promise<FailedRun> {
  let best = from;
  for (let next: FailedRun | null = from; next !== null;) {
    next = null;
    for (const plan of candidates(best)) {
      next = await failing(plan, best, options, isDone);
      if (next !== null) break;
    }
    best = next ?? best;
  }
  return best;
}

function* underOtherSeeds(plan: Plan, most: number): Generator<Plan> {
  for (let seed = 1; seed <= most; seed++) if (seed !== plan.seed) yield { ...plan, seed };
}

async function failing(plan: Plan, as: FailedRun, { run }: ShrinkPlanOptions, isDone: () => boolean): Promise<FailedRun | null> {
  if (isDone()) return null;
  const result = await run(plan);
  return isFailed(result) && sameFailure(result.failure, as.failure) ? result : null;
}
