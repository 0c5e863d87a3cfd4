import type { History, OperationRecord } from '../../history.js';
import { ModelError } from '../judge.js';
import { operationWords } from '../operation-words.js';
import type { Verdict } from '../verdict.js';
import { type Cycle, type CycleName, worstCycle } from './cycles.js';
import { type Dependency, dependenciesOf } from './dependencies.js';
import { firstInwardLie } from './inward-reads.js';
import { type Transaction, transactionsOf } from './transaction.js';
import { Anomaly, versionsOf } from './versions.js';

export const TRANSACTIONS = {
  name: 'transactions',
  about: 'The transactions can be put in a row, one after the other, that explains what each of them read (serializability).',
} as const;

/**
 * Judges transactions (`txn`, with steps `["r", key, value]`, `["w", key, value]`, `["append", key, element]`) after Adya, as
 * Elle does it: who read whose writes, and who overwrote what, says who comes before whom; a cycle cannot be put in a row.
 * Every value must be written to a key at most once. Lists that are appended to tell all; registers tell less, and so
 * less is found.
 */
export function judgeTransactions(history: History): Verdict {
  const all = guarded(() => transactionsOf(history));
  const about = { model: TRANSACTIONS.name, operations: all.length };
  const invalid = (reason: string, culprits: readonly OperationRecord[]): Verdict => ({ ...about, verdict: 'invalid', reason, culprits });
  for (const transaction of all) {
    const lie = firstInwardLie(transaction);
    if (lie === null) continue;
    const { step, had } = lie;
    return invalid(
      `${operationWords(transaction.record)} read ${JSON.stringify(step.value)} of ${step.key}, though for itself it had to be ${JSON.stringify(had)}`,
      [transaction.record],
    );
  }
  try {
    const cycle = worstCycle(dependenciesOf(versionsOf(all)));
    if (cycle !== null) return invalid(cycleWords(cycle), membersOf(cycle));
    return { ...about, verdict: 'valid', reason: 'no dependency goes round in a circle: the transactions can be put in a row', culprits: [] };
  } catch (error) {
    if (error instanceof Anomaly) return invalid(error.message, error.records);
    if (error instanceof RangeError) return { ...about, verdict: 'undecided', reason: error.message, culprits: [] };
    throw error;
  }
}

const SORTS: Readonly<Record<CycleName, string>> = {
  G0: 'G0, a dirty write',
  G1c: 'G1c, circular information flow',
  'G-single': 'G-single, a read skew or a lost update',
  G2: 'G2, a write skew',
};

const DID: Readonly<Record<Dependency['kind'], (key: string) => string>> = {
  ww: (key) => `whose write to ${key} was overwritten by`,
  wr: (key) => `whose write to ${key} was read by`,
  rw: (key) => `who read ${key} as it was before the write of`,
};

function cycleWords({ name, dependencies }: Cycle): string {
  const words = dependencies.map(({ from, kind, key }) => `${operationWords(from.record)}, ${DID[kind](key)}`);
  const [first] = dependencies;
  return `${SORTS[name]}: each of these had to come before the next, and the last before the first: ${words.join(' ')} operation ${first?.from.record.id ?? 0} again`;
}

const membersOf = ({ dependencies }: Cycle): OperationRecord[] => dependencies.map(({ from }) => from.record);

function guarded(run: () => Transaction[]): Transaction[] {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError) throw new ModelError(error.message, { cause: error });
    throw error;
  }
}
