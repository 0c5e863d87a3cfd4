import { activeWorld } from '../kernel/active-world.js';
import { UserInputError } from '../user-input-error.js';
import { cutStack } from './user-stack.js';
import { Campaign } from './campaign.js';
import type { SimulateOptions, SimulationReport } from './options.js';
import { installSimulation } from './run-plan.js';
import { settingsOf, shown } from './settings.js';
import type { SimulationBody } from './simulated-run.js';

/**
 * Runs `body` in a simulated world of its own, once for each of many seeds, with faults drawn from the seed. What it
 * builds there with `world.process`, `world.redis` and `world.postgres` is ordinary Node code on virtual clocks, timers,
 * random numbers and sockets. It passes when the promise of `body` resolves in every run.
 *
 * Throws a `SimulationFailure` that tells the smallest failing run found, with a token to replay it; an
 * `UnrepeatableError` when a seed does not give the same run twice; a `UserInputError` for options that cannot be meant.
 */
export async function simulate(body: SimulationBody, options: SimulateOptions = {}): Promise<SimulationReport> {
  if (typeof body !== 'function') throw new UserInputError(`simulate takes a function that builds a world, got ${shown(body)}`);
  const settings = settingsOf(options);
  if (activeWorld() !== null) throw new UserInputError('simulate was called inside a simulation: one at a time');
  installSimulation();
  try {
    return await new Campaign({ body, settings }).run();
  } catch (error) {
    // What the body asked for and cannot mean: it is to see its own line, not ours.
    if (error instanceof UserInputError) cutStack(error);
    throw error;
  }
}
