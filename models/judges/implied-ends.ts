import type { History, OperationRecord } from '../history.js';
import { leaseOf } from '../history-fields.js';
import { leaseIntervals } from '../leases.js';

/** The operation that is nowhere recorded: a server lets a lease run out. */
export const EXPIRE = 'expire';

/** Whether an operation was not recorded but follows from what was. */
export const isImplied = ({ id }: OperationRecord): boolean => id < 0;

/**
 * The operations on leases, with what is implied in them: each granted lease may be ended by the server at any time after its
 * holder stopped to believe in it (by its own clock, because it was told, or because it died), or never.
 *
 * A release or an extension that does not say which lease it is about is taken for one of its process's latest.
 */
export function withImpliedEnds(operations: readonly OperationRecord[], history: History): readonly OperationRecord[] {
  const endOf = new Map<number, number>();
  for (const { acquire, to } of leaseIntervals(history)) endOf.set(acquire.id, to);
  const latestOf = new Map<string, number>();
  const all: OperationRecord[] = [];
  for (const record of operations) {
    if (record.operation !== 'acquire') {
      all.push(leaseOf(record) === null ? ofLatest(record, latestOf) : record);
      // What was given back cannot be given back again.
      if (record.operation === 'release' && record.status === 'ok') latestOf.delete(ownerOf(record));
      continue;
    }
    all.push(record);
    const owner = ownerOf(record);
    if (record.status !== 'refused') latestOf.set(owner, record.id);
    if (record.status !== 'ok') continue;
    // Without an interval the lease was over before its holder heard of it.
    const end = endOf.get(record.id) ?? record.invoke;
    if (end !== Infinity) all.push(expiryOf(record, Math.max(end, record.invoke)));
  }
  return all;
}

const ownerOf = ({ process, key }: OperationRecord): string => JSON.stringify([process, key]);

function ofLatest(record: OperationRecord, latestOf: ReadonlyMap<string, number>): OperationRecord {
  const lease = latestOf.get(ownerOf(record));
  return lease === undefined ? record : { ...record, args: { ...record.args, lease } };
}

function expiryOf(acquire: OperationRecord, invoke: number): OperationRecord {
  const { id, process, key, event } = acquire;
  return { type: 'operation', id: -1 - id, process, operation: EXPIRE, key, args: { lease: id }, invoke, status: 'unknown', value: {}, event };
}
