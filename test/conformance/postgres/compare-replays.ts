import { Orders } from './orders.js';
import type { RandomScript, ReplayedStep } from './replay.js';
import { replayOnEngine } from './replay-on-engine.js';

/** A step after which the two servers are not alike, whatever order the engine goes on in. */
export interface Difference {
  readonly step: number;
  readonly real: readonly ReplayedStep[];
  readonly simulated: readonly ReplayedStep[];
}

export type Comparison = { readonly orders: number } | { readonly difference: Difference };

const MOST_ORDERS = 500;

function isAlike(one: ReplayedStep | undefined, other: ReplayedStep | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function firstDifference(real: readonly ReplayedStep[], simulated: readonly ReplayedStep[]): number {
  return real.findIndex((step, at) => !isAlike(step, simulated[at]));
}

/**
 * Is what the real server did one of the things that the engine can do? Where a step wakes several sessions, the scheduler
 * decides which of them goes on first, and so, in a circle of waiters, who is the victim: there the engine is asked for every
 * order. Where a step wakes one or none, there is only one thing that the engine does.
 */
export async function compareWithEngine(script: RandomScript, real: readonly ReplayedStep[]): Promise<Comparison> {
  const orders = new Orders();
  let farthest: Difference | undefined;
  for (let tried = 1; tried <= MOST_ORDERS; tried += 1) {
    const simulated = await replayOnEngine(script, orders);
    const step = firstDifference(real, simulated);
    if (step < 0) return { orders: tried };
    if (farthest === undefined || step > farthest.step) farthest = { step, real, simulated };
    if (!orders.next(step)) return { difference: farthest };
  }
  throw new Error(`a script has more than ${MOST_ORDERS} orders in which waiters may go on: compare shorter ones`);
}

function shownStep({ session, sql, answers, waiting }: ReplayedStep): string {
  return `${session}: ${sql}\n    ${[...answers, ...waiting.map((name) => `${name} waits`)].join('\n    ')}`;
}

/** A difference as one can read it: the real transcript up to it, and what the engine did instead. */
export function showDifference({ step, real, simulated }: Difference): string {
  const other = simulated[step];
  return [...real.slice(0, step + 1).map(shownStep), `but the simulated one:\n    ${other === undefined ? 'has ended' : shownStep(other)}`].join('\n');
}
