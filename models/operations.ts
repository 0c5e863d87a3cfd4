import type { History, OperationRecord } from './history.js';

/** The operations of a history whose name is one of `names`, in order of invocation. */
export function operationsOf(history: History, ...names: readonly string[]): OperationRecord[] {
  return history.records.filter((record): record is OperationRecord => record.type === 'operation' && names.includes(record.operation));
}

/** When the answer was in the caller's hands; Infinity when it never was. */
export const returnOf = (record: OperationRecord): number => record.return ?? Infinity;
