/** `holdfast/sim`: what a lock or a workload of your own is made with. */
export { defineLock } from './define-lock.js';
export type { AcquireAnswer, LeaseUnderTest, LockDefinition, LockPorts, LockUnderTest, SaleUnderTest } from './define-lock.js';
export { defineWorkload } from './define-workload.js';
export type {
  ClientContext,
  IntegerRange,
  Operation,
  RecordedLock,
  RecordedOutcome,
  Sometimes,
  WorkloadContext,
  WorkloadDefinition,
} from './define-workload.js';
export type { History, HistoryRecord, HistoryValue, OccurrenceRecord, OperationRecord } from '../models/history.js';
