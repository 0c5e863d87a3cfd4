import type { FailureKind } from './failure.js';
import type { Plan } from './plan.js';

export interface SimulationFailureParts {
  readonly plan: Plan;
  readonly replay: string;
  readonly kind: FailureKind;
  readonly headline: string;
  readonly story: string;
  readonly digest: string;
  /** The user's own frames. */
  readonly frames: string;
  /** What was thrown in the simulation. */
  readonly cause: unknown;
}

/**
 * A run of `simulate` went wrong. Its message holds all that there is to know: what broke, the run that shows it, made as
 * small as could be, why, and how to see it again. The fields are for programs; they are not enumerable, as runners print
 * every field that is, and the story would come twice.
 */
export class SimulationFailure extends Error {
  override readonly name: string = 'SimulationFailure';
  declare readonly code: 'HOLDFAST_SIMULATION_FAILED';
  /** The seed of the run that is told. */
  declare readonly seed: number;
  /** The token that runs it again, exactly: `simulate(body, { replay })`. */
  declare readonly replay: string;
  declare readonly kind: FailureKind;
  /** What broke, in one line, or in as many as the assertion has. */
  declare readonly headline: string;
  /** What happened, why, and which faults it took. */
  declare readonly story: string;
  declare readonly plan: Plan;
  declare readonly digest: string;

  constructor({ plan, replay, kind, headline, story, digest, frames, cause }: SimulationFailureParts) {
    super(`${headline}\n\n${story}\nreplay: simulate(body, { replay: '${replay}' })`, cause instanceof Error ? { cause } : {});
    this.stack = `${this.name}: ${this.message}${frames === '' ? '' : `\n${frames}`}`;
    for (const [name, value] of Object.entries({
      name: this.name,
      code: 'HOLDFAST_SIMULATION_FAILED',
      seed: plan.seed,
      replay,
      kind,
      headline,
      story,
      plan,
      digest,
    })) {
      Object.defineProperty(this, name, { value, enumerable: false });
    }
  }
}
