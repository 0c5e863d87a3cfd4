import { SqlError } from '../sql-error.js';
import type { RowVersion } from '../storage/row-version.js';
import type { Table } from '../storage/table.js';
import type { TableIndex } from '../storage/table-index.js';
import type { Transaction } from '../storage/transaction.js';
import { type Steps, transactionEnd } from '../storage/wait.js';
import type { SqlRow } from '../types/sql-value.js';
import type { Execution } from './execution.js';
import { refuseToKnowBetter } from './serializable-reads.js';

function pending(transaction: Transaction | undefined, own: Transaction): Transaction | undefined {
  return transaction !== undefined && transaction.top !== own.top && transaction.isRunning ? transaction : undefined;
}

/**
 * Looks for another row with the same key, in the index as it is now, whatever the snapshot. What an uncommitted
 * transaction has written or removed decides itself only at that one's end: waits for it, after a call of `beforeWait`.
 */
export function* findDuplicate(
  x: Execution,
  index: TableIndex,
  values: SqlRow,
  except: RowVersion | undefined,
  beforeWait?: () => void,
): Steps<RowVersion | undefined> {
  const key = index.unique && index.covers(values) ? index.keyOf(values) : undefined;
  if (key === undefined) return undefined;
  for (;;) {
    let found: RowVersion | undefined;
    let waitFor: Transaction | undefined;
    for (const version of index.versions(key)) {
      if (version === except || version.row === except?.row) continue;
      const ended = version.endedBy !== undefined && pending(version.endedBy, x.transaction) === undefined;
      if (ended) {
        refuseToKnowBetter(x, version);
        continue;
      }
      waitFor = pending(version.insertedBy, x.transaction) ?? pending(version.endedBy, x.transaction);
      found = version;
      break;
    }
    if (waitFor === undefined) return found;
    beforeWait?.();
    yield transactionEnd(waitFor);
  }
}

export function describeKey(table: Table, columns: readonly number[], values: SqlRow): string {
  const names = columns.map((column) => table.columns[column]?.name ?? '').join(', ');
  const shown = columns.map((column) => {
    const value = values[column] ?? null;
    return value === null ? 'null' : (table.columns[column]?.type.format(value) ?? '');
  });
  return `(${names})=(${shown.join(', ')})`;
}

export function duplicateKey(table: Table, index: TableIndex, values: SqlRow): SqlError {
  const detail = `Key ${describeKey(table, index.columns, values)} already exists.`;
  return new SqlError('23505', `duplicate key value violates unique constraint "${index.name}"`, { detail });
}
