import type { Model } from './checker/define-model.js';
import { cartMerge } from './cart-merge.js';
import { coupon } from './coupon.js';
import { dynamodbLease } from './dynamodb-lease.js';
import { fencedLeaseLock } from './fenced-lease-lock.js';
import { inventory } from './inventory.js';
import { leaseLock } from './lease-lock.js';
import { orderSaga } from './order-saga.js';
import { queuedLock } from './queued-lock.js';
import { raftElection } from './raft-election.js';
import { raftLog } from './raft-log.js';
import { readWriteLock } from './read-write-lock.js';
import { redlock } from './redlock.js';
import { release } from './release.js';
import { semaphore } from './semaphore.js';
import { twoLocks } from './two-locks.js';
import { zookeeperLock } from './zookeeper-lock.js';

/** The nine models that the design stands on, in the order of their document. */
export const coreModels: readonly Model[] = [leaseLock, fencedLeaseLock, release, redlock, zookeeperLock, dynamodbLease, inventory, orderSaga, twoLocks];

/** More of the same style. */
export const furtherModels: readonly Model[] = [semaphore, readWriteLock, queuedLock, coupon, cartMerge, raftElection, raftLog];

export const allModels: readonly Model[] = [...coreModels, ...furtherModels];
