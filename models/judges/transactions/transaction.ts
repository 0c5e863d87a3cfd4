import type { History, HistoryValue, OperationRecord } from '../../history.js';
import { canonical } from '../canonical.js';

/** One step of a transaction: a read of a key, a write to it, or an element put at the end of its list. */
export interface TransactionStep {
  readonly kind: 'read' | 'write' | 'append';
  readonly key: string;
  /** What was written, or answered; of an unanswered read nothing. */
  readonly value: HistoryValue;
}

export interface Transaction {
  readonly record: OperationRecord;
  readonly steps: readonly TransactionStep[];
  /** What others can see of it: the last write to each register, the appends to each list, in order. */
  readonly written: ReadonlyMap<string, readonly HistoryValue[]>;
}

const KINDS: Readonly<Record<string, TransactionStep['kind']>> = { r: 'read', read: 'read', w: 'write', write: 'write', append: 'append' };

export const TRANSACTION_OPERATIONS: ReadonlySet<string> = new Set(['txn', 'transaction']);

/** The transactions of a history. Steps are `[kind, key, value]`, in value.steps where there is an answer, else in args.steps. */
export function transactionsOf(history: History): Transaction[] {
  return history.records.flatMap((record) => {
    if (record.type !== 'operation' || !TRANSACTION_OPERATIONS.has(record.operation)) return [];
    const steps = stepsOf(record);
    const written = new Map<string, HistoryValue[]>();
    for (const { kind, key, value } of steps) {
      if (kind !== 'read') written.set(key, [...(written.get(key) ?? []), value]);
    }
    return [{ record, steps, written }];
  });
}

function stepsOf(record: OperationRecord): TransactionStep[] {
  const answered = record.status === 'ok' ? (record.value['steps'] ?? record.args['steps']) : record.args['steps'];
  if (!Array.isArray(answered)) throw new RangeError(`operation ${record.id} has no steps: value.steps or args.steps must be a list of [kind, key, value]`);
  return (answered as readonly HistoryValue[]).map((step) => {
    const [name, key = null, value = null] = Array.isArray(step) ? (step as readonly HistoryValue[]) : [];
    const kind = typeof name === 'string' && Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
    if (kind === undefined)
      throw new RangeError(`operation ${record.id} has the step ${canonical(step)}: it must be [kind, key, value] with the kind r, w or append`);
    return { kind, key: typeof key === 'string' ? key : canonical(key), value };
  });
}

/** The reads of a transaction that saw what others had written: of each key the first one, when nothing was written before it. */
export function* outwardReads({ record, steps }: Transaction): Generator<TransactionStep> {
  if (record.status !== 'ok') return;
  const touched = new Set<string>();
  for (const step of steps) {
    if (step.kind === 'read' && !touched.has(step.key)) yield step;
    touched.add(step.key);
  }
}
