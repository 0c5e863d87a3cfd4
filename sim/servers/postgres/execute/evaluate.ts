import type { Steps, Wait } from '../storage/wait.js';
import type { SqlValue } from '../types/sql-value.js';
import type { Execution, Frame, Pending } from './execution.js';

/** A compiled expression. `blocks` says that it may have to wait and must be run by `evaluate`. */
export interface Evaluable {
  readonly eval: (frame: Frame) => SqlValue;
  readonly blocks: boolean;
}

/** Thrown through an expression that must wait; never seen by anybody but `evaluate`. */
class Suspended extends Error {
  readonly wait: Wait;

  constructor(wait: Wait) {
    super('a part of the expression has to wait');
    this.wait = wait;
  }
}

/**
 * Evaluates an expression that may wait for locks. Expressions are plain functions, so one that must wait is left by a
 * throw and evaluated again afterwards; its blocking parts keep their progress, so that none of them is begun twice.
 */
export function* evaluate(expression: Evaluable, frame: Frame): Steps<SqlValue> {
  if (!expression.blocks) return expression.eval(frame);
  const { x } = frame;
  const memo = new Map<object, Pending>();
  try {
    for (;;) {
      const outer = x.memo;
      x.memo = memo;
      let wait: Wait;
      try {
        return expression.eval(frame);
      } catch (error) {
        if (!(error instanceof Suspended)) throw error;
        wait = error.wait;
      } finally {
        x.memo = outer;
      }
      yield wait;
    }
  } finally {
    for (const { steps } of memo.values()) steps.return(null);
  }
}

/** Runs a part of an expression that may wait: on with it where it stood. `part` tells it from the others. */
export function runPart(x: Execution, part: object, begin: () => Steps<SqlValue>): SqlValue {
  let pending = x.memo?.get(part);
  if (pending === undefined) {
    pending = { steps: begin(), result: undefined };
    x.memo?.set(part, pending);
  }
  if (pending.result !== undefined) return pending.result.value;
  const step = pending.steps.next();
  if (step.done !== true) throw new Suspended(step.value);
  pending.result = { value: step.value };
  return step.value;
}

/** Runs steps that cannot wait. */
export function runToEnd<Result>(steps: Steps<Result>): Result {
  const step = steps.next();
  if (step.done !== true) throw new Error('a statement had to wait where it never should');
  return step.value;
}
