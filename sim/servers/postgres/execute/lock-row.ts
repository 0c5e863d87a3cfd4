import { SqlError } from '../sql-error.js';
import { type LockStrength, strengthsConflict } from '../storage/row.js';
import type { RowVersion } from '../storage/row-version.js';
import type { Backend, Transaction } from '../storage/transaction.js';
import type { Steps, Wait } from '../storage/wait.js';
import type { Execution } from './execution.js';

/** What a version turned out to be once nothing uncommitted stood in the way any more. */
export type Settled = 'current' | 'updated' | 'deleted' | 'changed by itself';
export type Impatience = 'wait' | 'nowait' | 'skip';

function endsUnderWay(version: RowVersion, transaction: Transaction): Transaction | undefined {
  const { endedBy } = version;
  return endedBy !== undefined && endedBy.top !== transaction.top && endedBy.isRunning ? endedBy : undefined;
}

function isFree(version: RowVersion, transaction: Transaction, strength: LockStrength): boolean {
  const writer = endsUnderWay(version, transaction);
  return (writer === undefined || !strengthsConflict(version.endStrength, strength)) && !version.row.hasConflict(transaction, strength);
}

function* blockers(
  version: RowVersion,
  transaction: Transaction,
  strength: LockStrength,
  ahead: readonly { backend: Backend; strength: LockStrength }[],
): Generator<Backend> {
  const writer = endsUnderWay(version, transaction);
  if (writer !== undefined && strengthsConflict(version.endStrength, strength)) yield writer.owner;
  for (const holder of version.row.conflicting(transaction, strength)) yield holder.owner;
  for (const request of ahead) if (strengthsConflict(request.strength, strength)) yield request.backend;
}

/** Waits until nothing stands in the way of a lock on the version. Undefined when impatience forbids to wait and to fail. */
export function* settle(x: Execution, version: RowVersion, strength: LockStrength, impatience: Impatience, table: string): Steps<Settled | undefined> {
  const { transaction } = x;
  while (!isFree(version, transaction, strength)) {
    if (impatience === 'skip') return undefined;
    if (impatience === 'nowait') throw new SqlError('55P03', `could not obtain lock on row in relation "${table}"`);
    const { queue } = version.row;
    const request = { backend: x.host.backend, strength };
    queue.push(request);
    const [locker] = version.row.conflicting(transaction, strength);
    const holder = endsUnderWay(version, transaction) ?? locker;
    const wait: Wait = {
      ready: () => isFree(version, transaction, strength),
      blockers: () => blockers(version, transaction, strength, queue.slice(0, queue.indexOf(request))),
      forWhat: `ShareLock on transaction ${holder?.top.id ?? 0}`,
    };
    try {
      yield wait;
    } finally {
      queue.splice(queue.indexOf(request), 1);
    }
  }
  const { endedBy } = version;
  if (endedBy === undefined || endsUnderWay(version, transaction) !== undefined) return 'current';
  if (endedBy.top === transaction.top) return 'changed by itself';
  return version.next === undefined ? 'deleted' : 'updated';
}

/** Locks the newest version of a row that was updated meanwhile; undefined when that one is deleted, or skipped. */
export function* lockNewest(x: Execution, from: RowVersion, strength: LockStrength, impatience: Impatience, table: string): Steps<RowVersion | undefined> {
  let version: RowVersion | undefined = from.next;
  while (version !== undefined) {
    const settled: Settled | undefined = yield* settle(x, version, strength, impatience, table);
    if (settled === undefined || settled === 'deleted' || settled === 'changed by itself') return undefined;
    if (settled === 'current') {
      version.row.lock(x.transaction, strength);
      return version;
    }
    version = version.next;
  }
  return undefined;
}

export function concurrentChange(kind: 'update' | 'delete'): SqlError {
  return new SqlError('40001', `could not serialize access due to concurrent ${kind}`);
}
