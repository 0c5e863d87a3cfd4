import type { OperationRecord } from '../../history.js';
import { returnOf } from '../../operations.js';
import { canonical } from '../canonical.js';
import { about, operationWords, valueWords } from '../operation-words.js';
import { VALID, type ObjectVerdict } from '../sequential-model.js';
import { firstConflict, type Zone } from './zones.js';

/** A value, from the write that brought it to the last read of it. */
interface Reign {
  /** Null for the value that was there at first. */
  readonly write: OperationRecord | null;
  readonly reads: OperationRecord[];
}

const AT_FIRST = canonical(null);

/**
 * A register to which no value is written twice: then each read says which write it saw, and the values need only be put one
 * after the other. An unanswered write that nobody read may as well not have happened. Null for other histories.
 */
export function registerShortcut(operations: readonly OperationRecord[]): ObjectVerdict | null {
  const reigns = new Map<string, Reign>([[AT_FIRST, { write: null, reads: [] }]]);
  const answered = operations.filter(({ operation, status }) => operation !== 'cas' || status !== 'refused');
  for (const record of answered) {
    if (record.operation === 'read' || record.status === 'refused') continue;
    if (record.operation === 'cas') return null;
    const value = canonical(record.args['value'] ?? null);
    if (reigns.has(value)) return null;
    reigns.set(value, { write: record, reads: [] });
  }
  for (const record of answered) {
    if (record.operation !== 'read' || record.status !== 'ok') continue;
    const reign = reigns.get(canonical(record.value['value'] ?? null));
    if (reign === undefined) return invalid(`nobody had written what ${operationWords(record)} answered`, [record]);
    if (reign.write !== null && returnOf(record) < reign.write.invoke) {
      return invalid(`${operationWords(record)} answered before anybody asked for that value to be written: ${operationWords(reign.write)}`, [
        reign.write,
        record,
      ]);
    }
    reign.reads.push(record);
  }
  const zones = [...reigns.values()].filter(({ write, reads }) => write === null || write.status === 'ok' || reads.length > 0).map(zoneOf);
  const conflict = firstConflict(zones);
  return conflict === null ? VALID : explain(conflict);
}

/** It had begun by the first return, and cannot have ended before the last call. */
function zoneOf(reign: Reign): Zone<Reign> {
  const { write, reads } = reign;
  let begun = write === null ? -Infinity : endOf(write);
  let ended = write === null ? -Infinity : write.invoke;
  for (const read of reads) {
    begun = Math.min(begun, returnOf(read));
    ended = Math.max(ended, read.invoke);
  }
  return { begun, ended, owner: reign };
}

const endOf = (record: OperationRecord): number => (record.status === 'unknown' ? Infinity : returnOf(record));

function explain([one, other]: readonly [Zone<Reign>, Zone<Reign>]): ObjectVerdict {
  const early = earliest(one.owner);
  const late = latest(one.owner);
  const between = latest(other.owner) ?? earliest(other.owner);
  const key = (early ?? late)?.key ?? '';
  const value = (late ?? early)?.operation === 'read' ? late?.value['value'] : late?.args['value'];
  const since = early === null ? 'from the beginning' : `by the return of ${operationWords(early)}`;
  const shown = [early, late, between].filter((record) => record !== null);
  const till = late === null ? '' : ` and still when ${operationWords(late)} was called`;
  const reason =
    `${about(key)}the register held ${valueWords(value)} ${since}${till}; yet in between it certainly held another value, as ` +
    `${between === null ? 'the first reads' : operationWords(between)} shows`;
  return invalid(reason, shown);
}

/** The operation on this value that returned first: the value was there by then. */
function earliest({ write, reads }: Reign): OperationRecord | null {
  const all = write === null ? [] : [write, ...reads];
  return all.reduce<OperationRecord | null>((first, record) => (first === null || endOf(record) < endOf(first) ? record : first), null);
}

/** The operation on this value that was called last: the value was there then, or later. */
function latest({ write, reads }: Reign): OperationRecord | null {
  const all = write === null ? reads : [write, ...reads];
  return all.reduce<OperationRecord | null>((last, record) => (last === null || record.invoke > last.invoke ? record : last), null);
}

function invalid(reason: string, operations: readonly OperationRecord[]): ObjectVerdict {
  return { verdict: 'invalid', reason, operations };
}
