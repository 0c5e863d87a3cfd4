import { Trace, type TraceLine } from '../kernel/trace.js';
import type { Plan } from './plan.js';
import type { PlanRun } from './run-plan.js';

/** The same plan gave two different runs: something outlives a run, so that no seed means anything. */
export class UnrepeatableError extends Error {
  readonly code = 'HOLDFAST_UNREPEATABLE';
  override readonly name = 'UnrepeatableError';
}

/** Runs a plan twice more, event by event, and says where the two part and what to do about it. */
export async function unrepeatable(plan: Plan, prefix: string, run: (plan: Plan, trace: Trace) => Promise<PlanRun>): Promise<UnrepeatableError> {
  const first = new Trace();
  const second = new Trace();
  await run(plan, first);
  await run(plan, second);
  const where = parting(first.lines(), second.lines());
  const what =
    where === null
      ? 'two more runs of it had the same events, so what differs is seen only inside of a process, or was there only the first time (a cache that was filled)'
      : `they part at event ${where.event}, at ${where.time / 1000} ms, in ${where.process}: ${where.first} in one, ${where.second} in the other`;
  return new UnrepeatableError(
    `${prefix}seed ${plan.seed} run twice gave two different runs; ${what}. ` +
      'Most likely something outlives a run: a variable outside of the body of simulate, or the state of a module under test (a counter, a cache, a connection ' +
      "made at its top level). Make it inside the body or the process, or load the module anew for each process with freshModule of 'holdfast/sim'",
  );
}

interface Parting {
  readonly event: number;
  /** Microseconds. */
  readonly time: number;
  readonly process: string;
  readonly first: string;
  readonly second: string;
}

const inWords = (line: TraceLine | undefined): string => (line === undefined ? 'nothing' : `${line.kind} ${line.text}`.trim());

function parting(first: readonly TraceLine[], second: readonly TraceLine[]): Parting | null {
  for (let at = 0; at < Math.max(first.length, second.length); at++) {
    const one = first[at];
    const other = second[at];
    const known = one ?? other;
    if (known === undefined) return null;
    const isSame = one !== undefined && other !== undefined && one.time === other.time && one.process === other.process && inWords(one) === inWords(other);
    if (!isSame) return { event: known.event, time: known.time, process: known.process, first: inWords(one), second: inWords(other) };
  }
  return null;
}
