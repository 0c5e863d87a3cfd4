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
export { freshModule } from './simulate/fresh-module.js';
export { simulate } from './simulate/simulate.js';
export type { SimulateOptions, SimulationReport } from './simulate/options.js';
export type {
  ProcessContext,
  ProcessOptions,
  RedisServerOptions,
  SimulatedProcess,
  SimulatedRedis,
  SimulatedWorld,
  UntilOptions,
} from './simulate/simulated-world.js';
export type { SimulationBody } from './simulate/simulated-run.js';
export type { Plan } from './simulate/plan.js';
export { SimulationFailure } from './simulate/simulation-failure.js';
export { UnrepeatableError } from './simulate/module-state.js';
export type { History, HistoryRecord, HistoryValue, OccurrenceRecord, OperationRecord } from '../models/history.js';
