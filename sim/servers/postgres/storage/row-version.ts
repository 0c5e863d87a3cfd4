import type { SqlRow } from '../types/sql-value.js';
import type { LockStrength, Row } from './row.js';
import type { Snapshot, Transaction } from './transaction.js';

/** One version of a row: who wrote it, and who replaced or removed it. What an aborted transaction did is undone at once. */
export interface RowVersion {
  /** Its number in its table. */
  readonly id: number;
  readonly row: Row;
  readonly values: SqlRow;
  readonly insertedBy: Transaction;
  readonly insertedAt: number;
  /** Who updated or deleted it, by which command, and how strongly that locks the row. */
  endedBy: Transaction | undefined;
  endedAt: number;
  endStrength: LockStrength;
  /** Others that had it FOR KEY SHARE when it was ended, or since: they keep it from being locked FOR UPDATE even after that one's commit. */
  sharers: Transaction[];
  /** The version that replaced it; none when it was deleted. */
  next: RowVersion | undefined;
}

function happenedFor(transaction: Transaction, command: number, snapshot: Snapshot): boolean {
  return transaction.top === snapshot.transaction.top ? command < snapshot.command : transaction.top.sequence <= snapshot.sequence;
}

/** Whose work on a version another transaction's snapshot does not show: who wrote it, or else who ended it. */
export function unseenWriter({ insertedBy, insertedAt, endedBy, endedAt }: RowVersion, snapshot: Snapshot): Transaction | undefined {
  const writer = happenedFor(insertedBy, insertedAt, snapshot) ? endedBy : insertedBy;
  if (writer === undefined || writer.top === snapshot.transaction.top) return undefined;
  return writer === endedBy && happenedFor(endedBy, endedAt, snapshot) ? undefined : writer;
}

export function isVisible(version: RowVersion, snapshot: Snapshot): boolean {
  if (!happenedFor(version.insertedBy, version.insertedAt, snapshot)) return false;
  return version.endedBy === undefined || !happenedFor(version.endedBy, version.endedAt, snapshot);
}
