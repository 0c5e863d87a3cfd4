import type { OperationRecord } from '../../models/history.js';
import type { SequentialModel } from '../../models/judges/sequential-model.js';
import { returnOf } from '../../models/operations.js';

/**
 * The definition, word by word: whether there is an order of all operations that were answered, and any of those that were
 * not, in which nothing comes after something that was called only after it had returned, and which the model accepts.
 */
export function isExplainable<State>(model: SequentialModel<State>, operations: readonly OperationRecord[], state: State): boolean {
  if (operations.every(({ status }) => status === 'unknown')) return true;
  return operations.some((first) => {
    if (operations.some((other) => other !== first && isBefore(other, first))) return false;
    const next = after(model, state, first);
    const others = operations.filter((record) => record !== first);
    return next !== undefined && isExplainable(model, others, next);
  });
}

const isBefore = (one: OperationRecord, other: OperationRecord): boolean => one.status !== 'unknown' && returnOf(one) < other.invoke;

function after<State>(model: SequentialModel<State>, state: State, record: OperationRecord): State | undefined {
  if (record.status !== 'refused') return model.step(state, record);
  return model.mayRefuse?.(state, record) === false ? undefined : state;
}
