import { systemClock } from './bindings/system-clock.js';
import { systemRandom } from './bindings/system-random.js';
import { PostgresStock, type PostgresStockOptions } from './inventory/postgres-stock.js';
import { LockClient, type LockClientOptions } from './locks/lock-client.js';
import { postgresLeaseLock, type PostgresLeaseLockOptions } from './locks/postgres-lease-lock.js';

/** `holdfast/postgres`: locks and stock on PostgreSQL, and PostgreSQL by pg. */
export { pgMemPort, type PgMemDatabase, type PgMemResult } from './bindings/pg-mem-postgres.js';
export { pgPort, type PgPort, type PgPortOptions } from './bindings/pg-postgres.js';
export type { PgClient } from './bindings/pg-connection.js';
export type { BasketStock, BasketTaken, DecidedLine } from './inventory/basket.js';
export { BucketStock, type BucketStockOptions } from './inventory/bucket-stock.js';
export { CoalescedPostgresStock, type CoalescedPostgresStockOptions } from './inventory/coalesced-postgres-stock.js';
export { ForUpdateStock, type ForUpdateStockOptions } from './inventory/for-update-stock.js';
export type { LedgerEntry } from './inventory/ledger-entry.js';
export type { BasketLine } from './inventory/lock-order.js';
export { postgresStockColumnsSql, type ShopStockTable } from './inventory/postgres-stock-table.js';
export { createPostgresSchema, postgresSchemaSql, type PostgresSchemaOptions, type PostgresSchemaResult } from './inventory/postgres-schema.js';
export { PostgresStock, sweepPostgresRefusals, type PostgresStockOptions } from './inventory/postgres-stock.js';
export type { Fenced, Identified, Overwrite, StaleToken, Stock, StockLedger, StockRead, StockRestocked, StockTaken, StockWritten } from './inventory/stock.js';
export { postgresLeaseLock, postgresLeaseLockEnvelope, type PostgresLeaseLockOptions } from './locks/postgres-lease-lock.js';
export { sweepPostgresLeases, type PostgresSweep, type SweepOptions } from './locks/postgres-lease-sweep.js';
export { postgresAdvisoryLock, postgresAdvisoryLockEnvelope, type PostgresAdvisoryLockOptions } from './locks/postgres-advisory-lock.js';
export type { HeldLockOptions } from './locks/postgres-held-lock.js';
export { lockRow, lockRows, makeLockRows, type LockRowOptions, type MakeLockRowsOptions, type RowHeld } from './locks/postgres-lock-rows.js';
export { postgresRowLock, postgresRowLockEnvelope } from './locks/postgres-row-lock.js';
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
