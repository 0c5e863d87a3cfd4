import { SqlError } from '../sql-error.js';
import type { LockMode } from '../storage/heavy-locks.js';
import { KEY_SHARE, type LockStrength, NO_KEY_UPDATE, SHARE, strengthsConflict, UPDATE } from '../storage/row.js';
import type { RowVersion } from '../storage/row-version.js';
import type { Table } from '../storage/table.js';
import type { Transaction } from '../storage/transaction.js';
import { type Steps, transactionEnd } from '../storage/wait.js';
import type { Execution } from './execution.js';

/** What a version turned out to be once nothing uncommitted stood in the way any more. */
export type Settled = 'current' | 'updated' | 'deleted' | 'changed by itself';
export type Impatience = 'wait' | 'nowait' | 'skip';

/** ACCESS SHARE, ROW SHARE, EXCLUSIVE, ACCESS EXCLUSIVE: how a strength is waited for, one version and one waiter at a time. */
const QUEUE_MODES: Readonly<Record<LockStrength, LockMode>> = { [KEY_SHARE]: 1, [SHARE]: 2, [NO_KEY_UPDATE]: 7, [UPDATE]: 8 };

export interface LockOptions {
  readonly strength: LockStrength;
  readonly impatience: Impatience;
  /** As SELECT ... FOR does: later versions of the row are locked with this one, whatever has to be waited for, and however impatiently. */
  readonly follows: boolean;
}

/** UPDATE, DELETE and ON CONFLICT: they wait, and care for one version at a time. */
export function toWrite(strength: LockStrength): LockOptions {
  return WRITES[strength];
}

const write = (strength: LockStrength): LockOptions => ({ strength, impatience: 'wait', follows: false });
const WRITES: Readonly<Record<LockStrength, LockOptions>> = {
  [KEY_SHARE]: write(KEY_SHARE),
  [SHARE]: write(SHARE),
  [NO_KEY_UPDATE]: write(NO_KEY_UPDATE),
  [UPDATE]: write(UPDATE),
};

/** Transactions under way that a lock on the version must wait for. Once an end of it was committed, those who lock newer ones do not count. */
function inTheWay(version: RowVersion, transaction: Transaction, strength: LockStrength): readonly Transaction[] {
  const { endedBy, row } = version;
  if (endedBy === undefined) return row.hasConflict(transaction, strength) ? [...row.conflicting(transaction, strength)] : [];
  if (endedBy.top === transaction.top) return [];
  if (!endedBy.isRunning) {
    return strength === UPDATE ? version.sharers.filter((sharer) => sharer.top !== transaction.top && sharer.isRunning) : [];
  }
  const lockers = [...row.conflicting(transaction, strength)].filter((locker) => locker !== endedBy);
  return strengthsConflict(version.endStrength, strength) ? [endedBy, ...lockers] : lockers;
}

function looksTaken({ endedBy, row }: RowVersion, transaction: Transaction, strength: LockStrength): boolean {
  return (endedBy === undefined || (endedBy.isRunning && endedBy.top !== transaction.top)) && row.looksTaken(transaction, strength);
}

/** All that follow a version are free as well, once whoever works on them has ended; false when one of them has changed for good. */
function* followed(x: Execution, from: RowVersion, strength: LockStrength): Steps<boolean> {
  for (let version = from.next; version !== undefined; version = version.next) {
    for (let holders = inTheWay(version, x.transaction, strength); holders.length > 0; holders = inTheWay(version, x.transaction, strength)) {
      for (const holder of holders) if (holder.isRunning) yield transactionEnd(holder);
    }
    const { endedBy } = version;
    if (endedBy === undefined || endedBy.top === x.transaction.top) continue;
    if (strengthsConflict(version.endStrength, strength)) return false;
    version.sharers.push(x.transaction);
  }
  return true;
}

/**
 * Waits until nothing stands in the way of a lock on the version. Undefined when impatience forbids to wait and to fail.
 *
 * It gets in line for the version, and once it is first waits for those who had it then, one after the other; then it looks
 * again. Who comes later may share the row with its holders meanwhile, and is not waited for before that. One who has
 * a lock of his own does not get in line: those in it may wait for him.
 */
export function* settle(x: Execution, version: RowVersion, { strength, impatience, follows }: LockOptions, table: Table): Steps<Settled | undefined> {
  const { transaction } = x;
  const { backend, locks } = x.host;
  const mode = QUEUE_MODES[strength];
  const line = `tuple ${table.oid} ${version.id}`;
  let isFirst = false;
  try {
    for (;;) {
      const holders = inTheWay(version, transaction, strength);
      if (holders.length === 0 && (isFirst || !looksTaken(version, transaction, strength))) break;
      if (impatience !== 'wait' && (holders.length > 0 || !locks.isFree(backend, line, mode))) {
        if (impatience === 'skip') return undefined;
        throw new SqlError('55P03', `could not obtain lock on row in relation "${table.name}"`);
      }
      if (!isFirst && !version.row.isLockedBy(transaction)) {
        yield* locks.acquire(backend, line, mode, undefined, `tuple (0,${version.id}) of relation ${table.oid} of database 5`);
        isFirst = true;
      }
      const wasEnding = version.endedBy !== undefined;
      for (const holder of holders) if (holder.isRunning) yield transactionEnd(holder);
      if (follows && wasEnding) yield* followed(x, version, strength);
    }
  } finally {
    if (isFirst) locks.release(backend, line, mode);
  }
  const { endedBy } = version;
  if (endedBy === undefined) return 'current';
  if (endedBy.top === transaction.top) return 'changed by itself';
  // FOR KEY SHARE is content with a version that was replaced without touching its key.
  if (!strengthsConflict(version.endStrength, strength) && (!follows || (yield* followed(x, version, strength)))) {
    version.sharers.push(transaction);
    return 'current';
  }
  return version.next === undefined ? 'deleted' : 'updated';
}

/** Locks the newest version of a row that was updated meanwhile; undefined when that one is deleted, or skipped. */
export function* lockNewest(x: Execution, from: RowVersion, options: LockOptions, table: Table): Steps<RowVersion | undefined> {
  for (let version = from.next; version !== undefined; version = version.next) {
    // Whoever writes a version is waited for here, even where his lock and this one would go together.
    for (let writer = writerOf(version, x.transaction); writer !== undefined; writer = writerOf(version, x.transaction)) {
      if (options.impatience === 'skip') return undefined;
      if (options.impatience === 'nowait') throw new SqlError('55P03', `could not obtain lock on row in relation "${table.name}"`);
      yield transactionEnd(writer);
    }
    if (version.endedBy !== undefined && version.endedBy.top !== x.transaction.top) continue;
    const settled = yield* settle(x, version, options, table);
    if (settled === 'current') {
      version.row.lock(x.transaction, options.strength);
      return version;
    }
    if (settled !== 'updated') return undefined;
  }
  return undefined;
}

function writerOf({ endedBy }: RowVersion, transaction: Transaction): Transaction | undefined {
  return endedBy !== undefined && endedBy.top !== transaction.top && endedBy.isRunning ? endedBy : undefined;
}

export function concurrentChange(kind: 'update' | 'delete'): SqlError {
  return new SqlError('40001', `could not serialize access due to concurrent ${kind}`);
}
