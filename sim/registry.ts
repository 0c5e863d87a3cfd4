import type { FaultKind } from '../src/locks/envelope.js';
import type { LockDefinition } from './define-lock.js';
import type { WorkloadDefinition } from './define-workload.js';
import postgresAdvisory from './locks/postgres-advisory.js';
import postgresLease from './locks/postgres-lease.js';
import postgresRow from './locks/postgres-row.js';
import redis from './locks/redis.js';
import abandonedWait from './specimens/abandoned-wait.js';
import articleRedis from './specimens/article-redis.js';
import articleSql from './specimens/article-sql.js';
import checkThenUpdate from './specimens/check-then-update.js';
import clientClockLease from './specimens/client-clock-lease.js';
import expiryFromNow from './specimens/expiry-from-now.js';
import forUpdateAbsentRow from './specimens/for-update-absent-row.js';
import inProcessMutex from './specimens/in-process-mutex.js';
import lineByLine from './specimens/line-by-line.js';
import noExpiry from './specimens/no-expiry.js';
import noFence from './specimens/no-fence.js';
import noLock from './specimens/no-lock.js';
import ownerPerObject from './specimens/owner-per-object.js';
import sessionLockBehindPooler from './specimens/session-lock-behind-pooler.js';
import snapshotBeforeLock from './specimens/snapshot-before-lock.js';
import sumBesideForUpdate from './specimens/sum-beside-for-update.js';
import tokenCounterFlushed from './specimens/token-counter-flushed.js';
import unsortedBasket from './specimens/unsorted-basket.js';
import basket from './workloads/basket.js';
import hotSku from './workloads/hot-sku.js';
import lastItem from './workloads/last-item.js';
import lock from './workloads/lock.js';

/** A known-broken algorithm, and what is known about it. */
export interface Specimen {
  readonly definition: LockDefinition;
  /** The workload that shows its hole; ours passes it, with the same faults and seeds. */
  readonly workload: string;
  /** The faults without which the hole does not show; none when two clients are enough. */
  readonly faults: readonly FaultKind[];
  /** The properties that it breaks there: the first one is the one that is meant. */
  readonly caughtBy: readonly string[];
}

const byName = <Definition extends { readonly name: string }>(...definitions: readonly Definition[]): ReadonlyMap<string, Definition> =>
  new Map(definitions.map((definition) => [definition.name, definition]));

/** The locks that must hold, by the name that commands call them by. */
export const locks: ReadonlyMap<string, LockDefinition> = byName(redis, postgresLease, postgresAdvisory, postgresRow);

/** The workloads, by name. */
export const workloads: ReadonlyMap<string, WorkloadDefinition> = byName(lock, lastItem, hotSku, basket);

/** The algorithms that must be caught, by name. */
export const specimens: ReadonlyMap<string, Specimen> = new Map(
  [
    specimen(noLock, lastItem, [], ['stock-conservation', 'mutual-exclusion']),
    specimen(inProcessMutex, lastItem, [], ['mutual-exclusion', 'stock-conservation']),
    specimen(articleRedis, lastItem, [], ['mutual-exclusion', 'no-negative-stock']),
    specimen(noExpiry, lock, ['crash'], ['deadlock-freedom']),
    specimen(noFence, lastItem, [], ['stock-conservation']),
    specimen(ownerPerObject, lock, [], ['mutual-exclusion']),
    specimen(tokenCounterFlushed, lastItem, ['flush'], ['fencing-monotone']),
    specimen(articleSql, lastItem, [], ['stock-conservation']),
    specimen(sessionLockBehindPooler, lastItem, [], ['mutual-exclusion']),
    specimen(checkThenUpdate, lastItem, [], ['stock-conservation']),
    specimen(snapshotBeforeLock, lastItem, [], ['no-negative-stock', 'stock-conservation']),
    specimen(sumBesideForUpdate, lastItem, [], ['no-negative-stock', 'stock-conservation']),
    specimen(expiryFromNow, lock, ['pause'], ['mutual-exclusion']),
    specimen(forUpdateAbsentRow, lastItem, [], ['mutual-exclusion']),
    specimen(abandonedWait, lock, [], ['deadlock-freedom']),
    specimen(unsortedBasket, basket, [], ['no-unexpected-error']),
    specimen(lineByLine, basket, [], ['all-or-nothing']),
    specimen(clientClockLease, lock, ['clock-skew'], ['mutual-exclusion']),
  ].map((entry) => [entry.definition.name, entry]),
);

function specimen(definition: LockDefinition, workload: WorkloadDefinition, faults: readonly FaultKind[], caughtBy: readonly string[]): Specimen {
  return { definition, workload: workload.name, faults, caughtBy };
}
