import { SqlError } from '../sql-error.js';
import { KEY_SHARE, type LockStrength, NO_KEY_UPDATE, UPDATE } from '../storage/row.js';
import { isVisible, type RowVersion } from '../storage/row-version.js';
import type { ForeignKey, Table } from '../storage/table.js';
import type { Snapshot } from '../storage/transaction.js';
import type { Steps } from '../storage/wait.js';
import type { SqlRow, SqlValue } from '../types/sql-value.js';
import type { Execution } from './execution.js';
import { concurrentChange, lockNewest, type LockOptions, settle, toWrite } from './lock-row.js';
import { refuseToKnowBetter } from './serializable-reads.js';
import { describeKey } from './unique.js';

const REFERRED: LockOptions = { strength: KEY_SHARE, impatience: 'wait', follows: true };

function matches(table: Table, columns: readonly number[], parts: readonly SqlValue[], values: SqlRow): boolean {
  return columns.every((column, at) => {
    const [a = null, b = null] = [values[column], parts[at]];
    return a !== null && b !== null && table.columns[column]?.type.compare(a, b) === 0;
  });
}

function candidates(table: Table, columns: readonly number[], parts: readonly SqlValue[], snapshot: Snapshot): RowVersion[] {
  const index = table.indexes.find((one) => one.predicate === undefined && one.columns.join() === columns.join());
  const key = index?.keyOfParts([...parts]);
  const versions = index !== undefined && key !== undefined ? index.versions(key) : [...table.versions];
  return versions.filter((version) => isVisible(version, snapshot) && matches(table, columns, parts, version.values));
}

/** A snapshot of now: everything committed, and all that the own transaction did. */
export function latest(x: Execution): Snapshot {
  return { sequence: Number.MAX_SAFE_INTEGER, transaction: x.transaction, command: Infinity };
}

function* lockIfThere(x: Execution, table: Table, version: RowVersion, columns: readonly number[], parts: readonly SqlValue[]): Steps<RowVersion | undefined> {
  const settled = yield* settle(x, version, REFERRED, table);
  if (settled === 'current') {
    version.row.lock(x.transaction, KEY_SHARE);
    return version;
  }
  if (settled !== 'changed by itself' && x.isSnapshotKept) throw concurrentChange('update');
  const newest = settled === 'updated' ? yield* lockNewest(x, version, REFERRED, table) : undefined;
  return newest !== undefined && matches(table, columns, parts, newest.values) ? newest : undefined;
}

/** A row that points elsewhere: its target must be there, and is locked FOR KEY SHARE. A row that is gone by now points nowhere. */
export function* checkReference(x: Execution, foreignKey: ForeignKey, { values, endedBy }: RowVersion): Steps<void> {
  if (endedBy !== undefined) return;
  const { table, columns, referenced, referencedColumns } = foreignKey;
  const parts = columns.map((column) => values[column] ?? null);
  if (parts.includes(null)) return;
  const snapshot = x.isSnapshotKept ? { ...x.snapshot, command: Infinity } : latest(x);
  for (const version of candidates(referenced, referencedColumns, parts, snapshot)) {
    if ((yield* lockIfThere(x, referenced, version, referencedColumns, parts)) !== undefined) return;
  }
  const detail = `Key ${describeKey(table, columns, values)} is not present in table "${referenced.name}".`;
  throw new SqlError('23503', `insert or update on table "${table.name}" violates foreign key constraint "${foreignKey.name}"`, { detail });
}

/** A row is gone, or its key is: nothing may point at it any more. */
export function* checkReferenced(x: Execution, foreignKey: ForeignKey, values: SqlRow, isDelete: boolean): Steps<void> {
  const { table, columns, referenced, referencedColumns } = foreignKey;
  const parts = referencedColumns.map((column) => values[column] ?? null);
  if (parts.includes(null)) return;
  if (foreignKey.onDelete === 'no action' && candidates(referenced, referencedColumns, parts, latest(x)).some((version) => version.endedBy === undefined))
    return;
  for (const version of candidates(table, columns, parts, x.snapshot)) refuseToKnowBetter(x, version);
  for (const version of candidates(table, columns, parts, latest(x))) {
    if (isDelete && foreignKey.onDelete === 'cascade') yield* cascade(x, table, version, columns, parts);
    else if (isDelete && foreignKey.onDelete === 'set null') yield* setNull(x, table, version, columns, parts);
    else if ((yield* lockIfThere(x, table, version, columns, parts)) !== undefined) {
      const detail = `Key ${describeKey(referenced, referencedColumns, values)} is still referenced from table "${table.name}".`;
      throw new SqlError(
        '23503',
        `update or delete on table "${referenced.name}" violates foreign key constraint "${foreignKey.name}" on table "${table.name}"`,
        { detail },
      );
    }
  }
}

/** The present version of a row that still points there, free to be written. */
function* pointing(
  x: Execution,
  table: Table,
  from: RowVersion,
  columns: readonly number[],
  parts: readonly SqlValue[],
  strength: LockStrength,
): Steps<RowVersion | undefined> {
  let version: RowVersion | undefined = from;
  const settled = yield* settle(x, version, toWrite(strength), table);
  // What is found now need not be what the kept snapshot shows, and then must not be changed.
  const isShown = isVisible(version, { ...x.snapshot, command: Infinity });
  if (x.isSnapshotKept && settled !== 'changed by itself' && (settled !== 'current' || !isShown)) {
    throw concurrentChange(settled === 'deleted' ? 'delete' : 'update');
  }
  if (settled === 'updated') version = yield* lockNewest(x, version, toWrite(strength), table);
  if (settled === 'deleted' || settled === 'changed by itself' || version === undefined) return undefined;
  return matches(table, columns, parts, version.values) ? version : undefined;
}

function* cascade(x: Execution, table: Table, from: RowVersion, columns: readonly number[], parts: readonly SqlValue[]): Steps<void> {
  const version = yield* pointing(x, table, from, columns, parts, UPDATE);
  if (version === undefined) return;
  table.delete(x.transaction, x.snapshot.command, version, UPDATE);
  for (const next of table.referencedBy) yield* checkReferenced(x, next, version.values, true);
}

function* setNull(x: Execution, table: Table, from: RowVersion, columns: readonly number[], parts: readonly SqlValue[]): Steps<void> {
  const strength = columns.some((column) => table.keyColumns.has(column)) ? UPDATE : NO_KEY_UPDATE;
  const version = yield* pointing(x, table, from, columns, parts, strength);
  if (version === undefined) return;
  const after = [...version.values];
  for (const column of columns) {
    after[column] = null;
    const { name = '', notNull = false } = table.columns[column] ?? {};
    if (notNull) throw new SqlError('23502', `null value in column "${name}" of relation "${table.name}" violates not-null constraint`);
  }
  table.update(x.transaction, x.snapshot.command, version, after, strength);
  for (const next of table.referencedBy) {
    if (next.referencedColumns.some((column) => columns.includes(column))) yield* checkReferenced(x, next, version.values, false);
  }
}
