import type { HistoryValue, OperationRecord } from '../../history.js';
import { canonical } from '../canonical.js';
import { operationWords } from '../operation-words.js';
import { outwardReads, type Transaction } from './transaction.js';

/** Something that no database may do, whatever the order of its transactions. */
export class Anomaly extends Error {
  constructor(
    message: string,
    readonly records: readonly OperationRecord[],
  ) {
    super(message);
  }
}

/** Who wrote what, and which value of a key was read. */
export interface KeyVersions {
  readonly key: string;
  /** By the canonical value; a value is written to a key once. */
  readonly writers: ReadonlyMap<string, Transaction>;
  /** The order of the versions, as far as it is known: each with those that certainly come after it. The first one is null's. */
  readonly after: ReadonlyMap<string, ReadonlySet<string>>;
  /** Which transactions saw a version, from outside. */
  readonly readers: ReadonlyMap<string, readonly Transaction[]>;
}

/** The version of a key that nobody wrote. */
export const AT_FIRST = canonical(null);

/** What is known of each key. Throws an `Anomaly`, or a RangeError where a value was written twice, so that nothing can be known. */
export function versionsOf(transactions: readonly Transaction[]): KeyVersions[] {
  const lists = new Set(transactions.flatMap(({ steps }) => steps.filter(({ kind }) => kind === 'append').map(({ key }) => key)));
  const keys = new Set(transactions.flatMap(({ steps }) => steps.map(({ key }) => key)));
  return [...keys].map((key) => versionsOfKey(key, lists.has(key), transactions));
}

interface SeenBy {
  readonly reader: Transaction;
  readonly seen: HistoryValue;
}

function versionsOfKey(key: string, isList: boolean, transactions: readonly Transaction[]): KeyVersions {
  const writers = writersOf(key, transactions);
  const reads: SeenBy[] = transactions.flatMap((reader) =>
    [...outwardReads(reader)].filter((step) => step.key === key).map(({ value }) => ({ reader, seen: value })),
  );
  const readers = new Map<string, Transaction[]>();
  for (const { reader, seen } of reads) {
    const elements = isList ? listOf(seen) : [seen];
    const last = elements.at(-1) ?? null;
    for (const element of elements) checkSource(key, element, isList, last, reader, writers);
    const version = canonical(last);
    readers.set(version, [...(readers.get(version) ?? []), reader]);
  }
  const after = isList ? orderOfList(key, reads, writers) : orderOfRegister(key, transactions, writers);
  return { key, writers, after, readers };
}

function writersOf(key: string, transactions: readonly Transaction[]): Map<string, Transaction> {
  const writers = new Map<string, Transaction>();
  for (const transaction of transactions) {
    for (const value of transaction.written.get(key) ?? []) {
      const version = canonical(value);
      if (writers.has(version)) throw new RangeError(`${version} is written to ${key} twice: which one a read saw cannot be told`);
      writers.set(version, transaction);
    }
  }
  return writers;
}

/** G1a and G1b: nobody may see what was never committed, or what was not yet finished. */
function checkSource(
  key: string,
  value: HistoryValue,
  isList: boolean,
  last: HistoryValue,
  reader: Transaction,
  writers: ReadonlyMap<string, Transaction>,
): void {
  const version = canonical(value);
  if (version === AT_FIRST) return;
  const writer = writers.get(version);
  const words = operationWords(reader.record);
  if (writer === undefined) throw new Anomaly(`${words} read ${version} of ${key}, which nobody wrote`, [reader.record]);
  if (writer === reader) throw new Anomaly(`${words} read ${version} of ${key} before it wrote that itself`, [reader.record]);
  if (writer.record.status === 'refused') {
    throw new Anomaly(`G1a, an aborted read: ${words} read ${version} of ${key}, which was written by ${operationWords(writer.record)}, and that was aborted`, [
      writer.record,
      reader.record,
    ]);
  }
  const final = writer.written.get(key)?.at(-1) ?? null;
  if (canonical(last) === version && canonical(final) !== version) {
    const sort = isList ? 'the list up to' : '';
    throw new Anomaly(
      `G1b, an intermediate read: ${words} read ${sort} ${version} of ${key}, after which ${operationWords(writer.record)} still wrote ${canonical(final)}`,
      [writer.record, reader.record],
    );
  }
}

const listOf = (value: HistoryValue): readonly HistoryValue[] => (Array.isArray(value) ? (value as readonly HistoryValue[]) : []);

/** The longest read tells; all others must be its beginnings. What was committed and is not in it comes after it. */
function orderOfList(key: string, reads: readonly SeenBy[], writers: ReadonlyMap<string, Transaction>): Map<string, Set<string>> {
  const longest = reads.reduce<SeenBy | null>((one, other) => (one === null || listOf(other.seen).length > listOf(one.seen).length ? other : one), null);
  const order = longest === null ? [] : listOf(longest.seen).map(canonical);
  if (longest !== null && new Set(order).size < order.length) {
    throw new Anomaly(`${operationWords(longest.reader.record)} read an element of ${key} twice`, [longest.reader.record]);
  }
  for (const { reader, seen } of reads) {
    if (longest === null || listOf(seen).every((element, place) => canonical(element) === order[place])) continue;
    throw new Anomaly(
      `an order that cannot be: ${operationWords(reader.record)} and ${operationWords(longest.reader.record)} read ${key}, and neither is the beginning of the other`,
      [longest.reader.record, reader.record],
    );
  }
  const after = new Map<string, Set<string>>();
  for (const [place, version] of order.entries()) after.set(order[place - 1] ?? AT_FIRST, new Set([version]));
  const unseen = [...writers].filter(([version, { record }]) => record.status === 'ok' && !order.includes(version)).map(([version]) => version);
  const last = order.at(-1) ?? AT_FIRST;
  if (unseen.length > 0) after.set(last, new Set([...(after.get(last) ?? []), ...unseen]));
  return after;
}

/** The first version is before all others; and who reads one and then writes the next puts them in order. */
function orderOfRegister(key: string, transactions: readonly Transaction[], writers: ReadonlyMap<string, Transaction>): Map<string, Set<string>> {
  const after = new Map<string, Set<string>>();
  const committed = [...writers].filter(([, { record }]) => record.status === 'ok').map(([version]) => version);
  after.set(AT_FIRST, new Set(committed));
  for (const transaction of transactions) {
    const final = transaction.written.get(key)?.at(-1);
    if (final === undefined) continue;
    for (const { key: read, value } of outwardReads(transaction)) {
      if (read === key) after.set(canonical(value), new Set([...(after.get(canonical(value)) ?? []), canonical(final)]));
    }
  }
  return after;
}
