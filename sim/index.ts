/** `holdfast/sim`: what a lock or a workload of your own is made with. */
export { defineLock } from './define-lock.js';
export type { AcquireAnswer, BasketUnderTest, LeaseUnderTest, LockDefinition, LockPorts, LockServer, LockUnderTest, SaleUnderTest } from './define-lock.js';
export { defineWorkload } from './define-workload.js';
export type {
  ClientContext,
  IntegerRange,
  ModelName,
  Operation,
  RecordedLock,
  RecordedOutcome,
  ServerName,
  Sometimes,
  StoreName,
  WorkloadContext,
  WorkloadDefinition,
} from './define-workload.js';
export { makePostgresTables } from './make-postgres-tables.js';
export { freshModule } from './simulate/fresh-module.js';
export { simulate } from './simulate/simulate.js';
export type { SimulateOptions, SimulationReport } from './simulate/options.js';
export type {
  PostgresCell,
  PostgresParameter,
  PostgresRow,
  PostgresServerOptions,
  ProcessContext,
  ProcessOptions,
  RedisServerOptions,
  SimulatedPostgres,
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
