import { simulate } from '../../../sim/simulate/simulate.js';
import { redlock4, redlock5, sesamecareRedlock } from './redlock-packages.js';
import { tillsTakeTurns } from './redlock-worlds.js';

/** By package: over ten seeds under the usual faults. */
export async function redlockDigests(): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const redlock of [redlock4, redlock5, sesamecareRedlock]) {
    const { digest } = await simulate(tillsTakeTurns(redlock, 3), { seeds: 10, timeMs: 600_000 });
    digests[redlock.name] = digest;
  }
  return digests;
}
