import { systemClock } from './bindings/system-clock.js';
import { systemRandom } from './bindings/system-random.js';
import { PostgresStock, type PostgresStockOptions } from './inventory/postgres-stock.js';
import { LockClient, type LockClientOptions } from './locks/lock-client.js';
import { postgresLeaseLock, type PostgresLeaseLockOptions } from './locks/postgres-lease-lock.js';

/** `holdfast/postgres`: locks and stock on PostgreSQL, and PostgreSQL by pg. */
export { pgPort, type PgPort, type PgPortOptions } from './bindings/pg-postgres.js';
export type { PgClient } from './bindings/pg-connection.js';
export type { LedgerEntry } from './inventory/ledger-entry.js';
export { createPostgresSchema, postgresSchemaSql, type PostgresSchemaOptions, type PostgresSchemaResult } from './inventory/postgres-schema.js';
export { PostgresStock, sweepPostgresRefusals, type PostgresStockOptions } from './inventory/postgres-stock.js';
export type { Fenced, Identified, Overwrite, StaleToken, Stock, StockLedger, StockRead, StockRestocked, StockTaken, StockWritten } from './inventory/stock.js';
export {
  postgresLeaseLock,
  postgresLeaseLockEnvelope,
  sweepPostgresLeases,
  type PostgresLeaseLockOptions,
  type PostgresSweep,
  type SweepOptions,
} from './locks/postgres-lease-lock.js';
export type { GuardedAnswer, LeaseClaim } from './locks/guarded-register.js';
export { PostgresGuardedRegister, type PostgresGuardedRegisterOptions } from './locks/postgres-guarded-register.js';
export { inTransaction, type TransactionOptions, type TransactionQuery } from './locks/postgres-transaction.js';
export type {
  PostgresCallOptions,
  PostgresListener,
  PostgresOutcome,
  PostgresPort,
  PostgresRefusal,
  PostgresResult,
  PostgresRow,
  PostgresSession,
  PostgresStatement,
  PostgresSubscription,
  PostgresValue,
} from './ports/postgres.js';

/** A lock client over one PostgreSQL, on this machine's clock and random numbers unless others are given. Its tables must be there: `createPostgresSchema`. */
export function createPostgresLocks(options: Partial<LockClientOptions> & Omit<PostgresLeaseLockOptions, 'clock'>): LockClient {
  const parts = { clock: systemClock, random: systemRandom, ...options };
  return new LockClient(postgresLeaseLock(parts), parts);
}

/** Stock in one PostgreSQL, on this machine's clock unless another is given. Its tables must be there: `createPostgresSchema`. */
export function createPostgresStock(options: Partial<Pick<PostgresStockOptions, 'clock'>> & Omit<PostgresStockOptions, 'clock'>): PostgresStock {
  return new PostgresStock({ clock: systemClock, ...options });
}
