import type { SqlType } from '../types/sql-type.js';
import type { SqlRow, SqlValue } from '../types/sql-value.js';
import type { SortKey } from './aggregates.js';

function compareValues(a: SqlValue, b: SqlValue, key: SortKey): number {
  if (a === null || b === null) {
    if (a === b) return 0;
    return (a === null) === key.nullsFirst ? -1 : 1;
  }
  const order = key.by.type.compare(a, b);
  return key.descending ? -order : order;
}

/** Sorts by keys that are known already; what is equal keeps its order. */
export function sortBy<Item>(items: readonly Item[], order: readonly SortKey[], keysOf: (item: Item) => SqlRow): Item[] {
  return [...items].sort((a, b) => {
    const [left, right] = [keysOf(a), keysOf(b)];
    for (const [at, key] of order.entries()) {
      const result = compareValues(left[at] ?? null, right[at] ?? null, key);
      if (result !== 0) return result;
    }
    return 0;
  });
}

/** One text for rows that are equal, nulls being equal to each other. */
export function rowKey(row: readonly SqlValue[], types: readonly SqlType[]): string {
  return row
    .map((value, at) => {
      if (value === null) return '-';
      const text = String(types[at]?.key(value));
      return `${text.length}:${text}`;
    })
    .join(',');
}

export function distinctRows(rows: readonly SqlRow[], types: readonly SqlType[]): SqlRow[] {
  const found = new Map<string, SqlRow>();
  for (const row of rows) {
    const key = rowKey(row, types);
    if (!found.has(key)) found.set(key, row);
  }
  return [...found.values()];
}
