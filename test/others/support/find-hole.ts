import { expect } from 'vitest';
import type { SimulateOptions } from '../../../sim/simulate/options.js';
import { simulate } from '../../../sim/simulate/simulate.js';
import { SimulationFailure } from '../../../sim/simulate/simulation-failure.js';
import type { Body } from './redlock-worlds.js';

export interface Expected {
  /** What the failure says. */
  readonly message: RegExp;
  /** How many fault episodes are left at the most when it is shrunk. */
  readonly faults: number;
}

/** So long, in milliseconds, may a search go on: what bounds it is the number of its seeds. */
const LONG = 600_000;

/**
 * Expects that `simulate` finds it within the seeds of `options` and shrinks it, and that what it prints brings it back
 * exactly.
 */
export async function expectHole(body: Body, options: SimulateOptions & { readonly seeds: number }, { message, faults }: Expected): Promise<SimulationFailure> {
  const found = await failureOf(body, { timeMs: LONG, ...options });
  expect(found.message).toMatch(message);
  expect(found.plan.faults.length).toBeLessThanOrEqual(faults);
  const again = await failureOf(body, { replay: found.replay, ...(options.stuckMs === undefined ? {} : { stuckMs: options.stuckMs }) });
  expect(again.digest).toBe(found.digest);
  return found;
}

/** Expects that nothing is found. */
export async function expectSound(body: Body, options: SimulateOptions & { readonly seeds: number }): Promise<void> {
  const report = await simulate(body, { timeMs: LONG, ...options });
  expect(report.seeds).toBe(options.seeds);
}

async function failureOf(body: Body, options: SimulateOptions): Promise<SimulationFailure> {
  const failure: unknown = await simulate(body, options).then(
    (report) => new Error(`nothing was found in ${report.seeds} seeds`),
    (error: unknown) => error,
  );
  if (!(failure instanceof SimulationFailure)) throw failure;
  return failure;
}
