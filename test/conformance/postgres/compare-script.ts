import { smallestSteps } from '../redis/smallest-steps.js';
import type { BranchTable } from './branch-table.js';
import { compareWithEngine, type Difference, showDifference } from './compare-replays.js';
import type { RandomScript, RandomStep } from './replay.js';
import type { RealReplays } from './replay-on-postgres.js';

/** How many scripts came out alike, and how. */
export interface Tally {
  agreed: number;
  /** Those in which the engine had to let waiters go on in another order than that of coming. */
  reordered: number;
  /** Those that a real server had to run again. */
  repeated: number;
}

const ATTEMPTS = 3;

/**
 * Replays a script on both servers; throws with the smallest one that shows the difference.
 *
 * Two things a real server may do that the engine cannot do in any order, and both are rare: sessions woken by one step run
 * side by side, and take rows by turns, where here one statement runs until it waits; and on a busy machine somebody's search
 * for a deadlock comes so late that he finds a circle which another one closed. So a script is run again, as often as the table
 * of results tells; what is wrong is wrong every time.
 */
export async function compareScript(real: RealReplays, script: RandomScript, table: BranchTable, tally: Tally): Promise<void> {
  let found: Difference | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const steps = await real.run(script);
    const comparison = await compareWithEngine(script, steps);
    if (!('difference' in comparison)) {
      table.count(steps);
      tally.agreed += 1;
      if (comparison.orders > 1) tally.reordered += 1;
      if (attempt > 1) tally.repeated += 1;
      return;
    }
    found = comparison.difference;
  }
  if (found !== undefined) throw new Error(`the two servers do not agree:\n${showDifference(await smallest(real, found))}`);
}

/** The statements that were really run, without those that are not needed for the same kind of difference. */
async function smallest(real: RealReplays, found: Difference): Promise<Difference> {
  let best = found;
  const sessions = 4;
  const signOf = ({ step, real: there, simulated }: Difference): string =>
    [there, simulated].map((steps) => `${steps[step]?.kind ?? ''} ${(steps[step]?.answers ?? []).map((answer) => answer.slice(0, 8)).join()}`).join(' / ');
  const steps: readonly RandomStep[] = found.real
    .slice(0, found.step + 1)
    .filter(({ kind }) => kind !== 'contents')
    .map(({ session, kind, sql }) => ({ session: 'ABCD'.indexOf(session), kind, sql }));
  await smallestSteps(steps, async (candidate) => {
    const script = { sessions, steps: candidate };
    const comparison = await compareWithEngine(script, await real.run(script));
    if (!('difference' in comparison) || signOf(comparison.difference) !== signOf(found)) return false;
    best = comparison.difference;
    return true;
  });
  return best;
}
