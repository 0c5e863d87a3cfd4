import type { History, OperationRecord } from './history.js';
import { leaseOf, validUntil } from './history-fields.js';
import { returnOf } from './operations.js';

/** A stretch of true time in which one acquisition was valid: `from` belongs to it, `to` does not. */
export interface LeaseInterval {
  /** The acquisition. A lease that an extension revived after its end has several intervals, never overlapping ones. */
  readonly acquire: OperationRecord;
  /** What made it valid: the acquire, or an extension that was answered after the lease's old end. */
  readonly begunBy: OperationRecord;
  readonly from: number;
  /** Infinity when nothing in the history ended it. */
  readonly to: number;
}

/**
 * When each granted lease was valid: from the moment the holder had the answer to the first of its release (when it was
 * asked for, not when it was answered), the abort of its signal, a crash of its process, and its end by the holder's own
 * clock, which extensions move. An extension that is answered after that end makes a second interval.
 *
 * Stretches of no length are left out: a lease that had ended before its holder heard of it was never valid.
 */
export function leaseIntervals(history: History): LeaseInterval[] {
  return [...leasesById(history).values()].flatMap(intervalsOf);
}

interface Lease {
  readonly acquire: OperationRecord;
  readonly from: number;
  readonly extensions: OperationRecord[];
  /** The first release, loss or crash. */
  over: number;
}

function leasesById(history: History): Map<number, Lease> {
  const leases = new Map<number, Lease>();
  const ofProcess = new Map<string, Lease[]>();
  const end = (id: number | null | undefined, at: number): void => {
    const lease = id === null || id === undefined ? undefined : leases.get(id);
    if (lease !== undefined) lease.over = Math.min(lease.over, at);
  };
  for (const record of history.records) {
    if (record.type === 'occurrence') {
      if (record.occurrence === 'lost') end(record.id, record.at);
      if (record.occurrence === 'crash') {
        const held = ofProcess.get(record.process) ?? [];
        for (const lease of held) if (lease.from <= record.at) lease.over = Math.min(lease.over, record.at);
        ofProcess.set(
          record.process,
          held.filter((lease) => lease.from > record.at),
        );
      }
    } else if (record.operation === 'acquire') {
      if (record.status !== 'ok' || record.return === undefined) continue;
      const lease: Lease = { acquire: record, from: record.return, extensions: [], over: Infinity };
      leases.set(record.id, lease);
      const siblings = ofProcess.get(record.process);
      if (siblings === undefined) ofProcess.set(record.process, [lease]);
      else siblings.push(lease);
    } else if (record.operation === 'release') {
      end(leaseOf(record), record.invoke);
    } else if (record.operation === 'extend' && record.status === 'ok' && record.return !== undefined) {
      leases.get(leaseOf(record) ?? -1)?.extensions.push(record);
    }
  }
  return leases;
}

function intervalsOf({ acquire, from, extensions, over }: Lease): LeaseInterval[] {
  const intervals: LeaseInterval[] = [];
  let current = { acquire, begunBy: acquire, from, to: validUntil(acquire) };
  const close = (): void => {
    const to = Math.min(current.to, over);
    if (current.from < to) intervals.push({ ...current, to });
  };
  for (const extension of extensions.toSorted((a, b) => returnOf(a) - returnOf(b))) {
    const at = returnOf(extension);
    if (at <= current.to) {
      current.to = Math.max(at, validUntil(extension));
    } else {
      close();
      current = { acquire, begunBy: extension, from: at, to: validUntil(extension) };
    }
  }
  close();
  return intervals;
}
