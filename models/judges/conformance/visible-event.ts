import { byKey } from '../../by-key.js';
import type { History, OccurrenceRecord, OperationRecord } from '../../history.js';

/** What a history shows of a run, each at one true time in microseconds: an operation is its request, and its reply where it got one. */
export type VisibleEvent =
  | { readonly kind: 'request' | 'reply'; readonly at: number; readonly record: OperationRecord }
  | { readonly kind: 'occurrence'; readonly at: number; readonly record: OccurrenceRecord };

/**
 * The visible events of each key, in order of time. What happens to a process happens to all keys. Of one instant, replies come
 * last: who asked in the instant in which another was answered may have been served first.
 */
export function visibleEvents(history: History): ReadonlyMap<string, readonly VisibleEvent[]> {
  const operations = history.records.filter((record) => record.type === 'operation');
  const occurrences = history.records.filter((record) => record.type === 'occurrence');
  const events = new Map<string, readonly VisibleEvent[]>();
  for (const [key, records] of byKey(operations, (record) => record.key)) {
    const all: VisibleEvent[] = [];
    for (const record of records) {
      all.push({ kind: 'request', at: record.invoke, record });
      if (record.return !== undefined) all.push({ kind: 'reply', at: record.return, record });
    }
    for (const record of occurrences) all.push({ kind: 'occurrence', at: record.at, record });
    events.set(
      key,
      all.toSorted((one, other) => one.at - other.at || Number(one.kind === 'reply') - Number(other.kind === 'reply')),
    );
  }
  return events;
}
