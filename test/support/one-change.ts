import type { History, HistoryRecord, OperationRecord } from '../../models/history.js';

type Change = (record: OperationRecord) => OperationRecord | null;

const SECOND = 1_000_000;

/** What could be different about one operation; null leaves it out. */
const changes: readonly Change[] = [
  (record) => ({ ...record, value: { ...record.value, token: String(Number(record.value['token'] ?? 0) - 1) } }),
  (record) => ({ ...record, value: { ...record.value, validUntil: Number(record.value['validUntil'] ?? 0) + SECOND } }),
  (record) => ({ ...record, args: { ...record.args, token: '1' } }),
  (record) => ({ ...record, args: { ...record.args, token: '9' } }),
  (record) => ({ ...record, args: { ...record.args, guarded: true } }),
  (record) => ({ ...record, args: { ...record.args, guarded: true }, status: 'refused', value: { reason: 'not-holder' } }),
  (record) => ({ ...record, status: 'refused', value: { reason: 'stale-token' } }),
  (record) => ({ ...record, operation: 'extend', args: { lease: 0 }, value: { validUntil: record.invoke + 2 * SECOND } }),
  (record) => ({ ...record, operation: 'acquire', status: 'ok', args: { ttlMs: 1000 }, value: { token: '3', validUntil: record.invoke + SECOND } }),
  (record) => ({ ...record, operation: 'release', args: { lease: 1 } }),
  (record) => ({ ...record, return: (record.return ?? record.invoke) + SECOND }),
  (record) => ({ ...record, invoke: Math.max(0, record.invoke - SECOND) }),
  ({ return: _, ...record }) => ({ ...record, status: 'unknown' }),
  () => null,
];

/** The history with one operation changed in one way; which, and in which way, follows from `nth`. */
export function oneChange(history: History, nth: number): History {
  const operations = history.records.filter((record) => record.type === 'operation');
  const chosen = operations[Math.floor(nth / changes.length) % Math.max(1, operations.length)];
  const change = changes[nth % changes.length] as Change;
  const changed = chosen === undefined ? null : change(chosen);
  const records: readonly HistoryRecord[] = [...history.records.filter((record) => record !== chosen), ...(changed === null ? [] : [changed])];
  return { ...history, records: records.toSorted((one, other) => timeOf(one) - timeOf(other)) };
}

const timeOf = (record: HistoryRecord): number => (record.type === 'operation' ? record.invoke : record.at);
