import type { OperationRecord } from '../../history.js';
import { returnOf } from '../../operations.js';
import { about, operationWords } from '../operation-words.js';
import { VALID, type ObjectVerdict, type SequentialModel } from '../sequential-model.js';

/**
 * Whether the operations that changed the object, in the order in which the object itself wrote them down, explain every
 * answer: each must fit between its call and its return, and each `observer` (what changed nothing) must find a gap between
 * two of them in which its answer was right.
 *
 * Exact, and nearly linear. Changes are put as early as they can be. An observer takes the latest gap that it can, which
 * leaves most room; where that pushes later changes back, the others are asked again. Every step is forced, so that a
 * failure means that nothing else would have done either.
 */
export function inKnownOrder<State>(
  model: SequentialModel<State>,
  initial: State,
  changes: readonly OperationRecord[],
  observers: readonly OperationRecord[],
  /** All changes had happened by then, the unanswered ones too. */
  until: number,
): ObjectVerdict {
  const states: State[] = [initial];
  for (const change of changes) {
    const before = states.at(-1) as State;
    const after = model.step(before, change);
    if (after === undefined) {
      const wanted = model.expected === undefined ? '' : `, so ${model.expected(before, change)}`;
      return invalid(change, `in the order in which the changes were written down, when its turn came, ${model.describe(before)}${wanted}`);
    }
    states.push(after);
  }
  const order = new Order(changes, until);
  const allows = (gap: number, observer: OperationRecord): boolean => isRight(model, states[gap] as State, observer);
  for (let again = true; again;) {
    const late = order.settle();
    if (late !== null) return outOfOrder(changes, late);
    again = false;
    for (const observer of observers) {
      const gap = order.latestGap(observer, allows);
      if (gap === null) return invalid(observer, answersWrong(model, states, order, observer));
      again = order.pushBack(gap, observer.invoke) || again;
    }
  }
  return VALID;
}

/** When each of the changes can have happened at the earliest. Gap `n` comes before change `n`, counted from 0, and the last gap after them all. */
class Order {
  private readonly earliest: Float64Array;
  private readonly notBefore: Float64Array;

  constructor(
    private readonly changes: readonly OperationRecord[],
    private readonly until: number,
  ) {
    this.earliest = new Float64Array(changes.length);
    this.notBefore = Float64Array.from(changes, ({ invoke }) => invoke);
  }

  /** Works out the earliest times. Gives the place of a change that would come after its return, or null. */
  settle(): number | null {
    let time = -Infinity;
    for (const [place, change] of this.changes.entries()) {
      time = Math.max(time, this.notBefore[place] as number);
      if (time > this.endOf(change)) return place;
      this.earliest[place] = time;
    }
    return null;
  }

  /** The latest gap that begins by the observer's return, does not end before its call, and in which it is right. */
  latestGap(observer: OperationRecord, allows: (gap: number, observer: OperationRecord) => boolean): number | null {
    for (let gap = this.gapAt(returnOf(observer)); gap >= 0; gap -= 1) {
      const next = this.changes[gap];
      if (next !== undefined && this.endOf(next) < observer.invoke) return null;
      if (allows(gap, observer)) return gap;
    }
    return null;
  }

  /** The last gap that begins by then. */
  gapAt(time: number): number {
    let low = 0;
    let high = this.earliest.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.earliest[middle] as number) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The change after the gap was not before this time. Whether that is news. */
  pushBack(gap: number, time: number): boolean {
    if (gap >= this.notBefore.length || (this.notBefore[gap] as number) >= time) return false;
    this.notBefore[gap] = time;
    return (this.earliest[gap] as number) < time;
  }

  private endOf(change: OperationRecord): number {
    return change.status === 'unknown' ? this.until : Math.min(returnOf(change), this.until);
  }
}

function isRight<State>(model: SequentialModel<State>, state: State, observer: OperationRecord): boolean {
  return observer.status === 'refused' ? (model.mayRefuse?.(state, observer) ?? true) : model.step(state, observer) !== undefined;
}

function answersWrong<State>(model: SequentialModel<State>, states: readonly State[], order: Order, observer: OperationRecord): string {
  const state = states[order.gapAt(returnOf(observer))] as State;
  const wanted = model.expected === undefined || observer.status === 'refused' ? '' : `, so ${model.expected(state, observer)}`;
  return `at no time between its call and its return was that so: at the end of it ${model.describe(state)}${wanted}`;
}

function outOfOrder(changes: readonly OperationRecord[], late: number): ObjectVerdict {
  const change = changes[late] as OperationRecord;
  const before = changes.slice(0, late).findLast(({ invoke }) => invoke > returnOf(change));
  if (before === undefined) return invalid(change, 'it had returned before what came earlier can have happened');
  return {
    ...invalid(change, `it was written down after ${operationWords(before)}, which was called only after it had returned`),
    operations: [before, change],
  } as ObjectVerdict;
}

function invalid(record: OperationRecord, why: string): ObjectVerdict {
  return { verdict: 'invalid', reason: `${about(record.key)}${operationWords(record)} cannot be explained: ${why}`, operations: [record] };
}
