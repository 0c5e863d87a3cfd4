import type { HistoryValue } from '../../history.js';
import { canonical } from '../canonical.js';
import type { Transaction, TransactionStep } from './transaction.js';

/** The first read that does not see what its own transaction has read and written before, and what it had to see. */
export function firstInwardLie({ record, steps }: Transaction): { readonly step: TransactionStep; readonly had: HistoryValue } | null {
  if (record.status !== 'ok') return null;
  const known = new Map<string, HistoryValue>();
  /** Elements that were put at the end of lists not yet read. */
  const tails = new Map<string, HistoryValue[]>();
  for (const step of steps) {
    const { kind, key, value } = step;
    if (kind === 'write') known.set(key, value);
    else if (kind === 'append') {
      if (known.has(key)) known.set(key, [...elementsOf(known.get(key) ?? null), value]);
      else tails.set(key, [...(tails.get(key) ?? []), value]);
    } else {
      const had = known.get(key);
      if (had !== undefined && canonical(elementsOrSelf(had)) !== canonical(elementsOrSelf(value))) return { step, had };
      const tail = tails.get(key) ?? [];
      if (tail.length > 0 && canonical(elementsOf(value).slice(-tail.length)) !== canonical(tail)) return { step, had: tail };
      known.set(key, value);
      tails.delete(key);
    }
  }
  return null;
}

/** A list that nobody has appended to is empty, or not there. */
const elementsOf = (value: HistoryValue): readonly HistoryValue[] => (Array.isArray(value) ? (value as readonly HistoryValue[]) : []);
const elementsOrSelf = (value: HistoryValue): HistoryValue => (Array.isArray(value) && value.length === 0 ? null : value);
