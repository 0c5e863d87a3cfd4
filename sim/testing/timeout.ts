import { readEnvironment, withEnvironment } from './environment.js';
import type { SimTestOptions } from './sim-test.js';

const DEFAULT_TIME_MS = 5_000;
/** For the calm run, the kept ones, shrinking, the last run that was begun in time, and a busy machine. */
const MARGIN_MS = 300_000;

/**
 * How long a runner is to wait for a simulated test. A campaign ends by itself; this is only never to be shorter. Wrong
 * variables are for the test to complain about.
 */
export function timeoutMs(options: SimTestOptions, variables: Readonly<Record<string, string | undefined>>): number {
  let { timeMs = DEFAULT_TIME_MS } = options;
  try {
    timeMs = withEnvironment(options, readEnvironment(variables)).timeMs ?? timeMs;
  } catch {
    // See above.
  }
  return timeMs + MARGIN_MS;
}
