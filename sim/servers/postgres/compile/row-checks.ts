import type { Execution } from '../execute/execution.js';
import { newFrame } from '../execute/execution.js';
import { checkReference, checkReferenced } from '../execute/foreign-keys.js';
import { doomWhoKnowsBetter } from '../execute/serializable-reads.js';
import { duplicateKey, findDuplicate } from '../execute/unique.js';
import { SqlError } from '../sql-error.js';
import { ROW_SHARE } from '../storage/heavy-locks.js';
import type { RowVersion } from '../storage/row-version.js';
import type { Table } from '../storage/table.js';
import type { TableIndex } from '../storage/table-index.js';
import type { Steps } from '../storage/wait.js';
import type { SqlRow } from '../types/sql-value.js';
import { forColumn } from './casts.js';
import { compileCondition, compileExpression } from './compile-expression.js';
import { type CompileUnit, newScope, type Relation, useTable } from './scope.js';

function failingRow(table: Table, values: SqlRow): string {
  const shown = table.columns.map(({ type }, at) => {
    const value = values[at] ?? null;
    return value === null ? 'null' : type.format(value);
  });
  return `Failing row contains (${shown.join(', ')}).`;
}

/** What a table asks of every row that is written to it. */
export interface RowChecks {
  /** Fills in what is generated; then NOT NULL and CHECK. */
  values(x: Execution, values: SqlRow): void;
  /** Unique indexes, waiting for whoever has not decided yet. `skipped` is known to be free. */
  unique(x: Execution, values: SqlRow, written: RowVersion, replaced: RowVersion | undefined, skipped?: readonly TableIndex[]): Steps<void>;
  /** Foreign keys, at the end of the statement. */
  atEnd(x: Execution, replaced: RowVersion | undefined, written: RowVersion | undefined): void;
}

const changed = (columns: readonly number[], table: Table, before: SqlRow, after: SqlRow): boolean =>
  columns.some((column) => {
    const [a = null, b = null] = [before[column], after[column]];
    return a === null || b === null ? a !== b : table.columns[column]?.type.compare(a, b) !== 0;
  });

export function keyChanged(table: Table, before: SqlRow, after: SqlRow): boolean {
  return changed([...table.keyColumns], table, before, after);
}

export function compileRowChecks(table: Table, unit: CompileUnit): RowChecks {
  const relation: Relation = { alias: table.name, fields: table.columns, slot: 0, table, merged: new Set() };
  const scope = newScope(unit, undefined);
  scope.relations.push(relation);
  const generated = table.columns.flatMap((column, at) =>
    column.generated === undefined
      ? []
      : [{ at, value: forColumn(compileExpression(column.generated, { ...scope, clause: 'column generation expressions' }), column) }],
  );
  const checks = table.checks.map(({ name, condition }) => ({ name, test: compileCondition(condition, { ...scope, clause: 'check constraints' }, 'CHECK') }));
  for (const { referenced } of table.foreignKeys) useTable(unit, referenced, ROW_SHARE);
  for (const foreignKey of table.referencedBy) useTable(unit, foreignKey.table, ROW_SHARE);
  return {
    values(x, values) {
      if (generated.length > 0) {
        const frame = newFrame(x, undefined);
        frame.rows[0] = values;
        for (const { at, value } of generated) values[at] = value.eval(frame);
      }
      for (const [at, column] of table.columns.entries()) {
        if (!column.notNull || (values[at] ?? null) !== null) continue;
        const message = `null value in column "${column.name}" of relation "${table.name}" violates not-null constraint`;
        throw new SqlError('23502', message, { detail: failingRow(table, values) });
      }
      if (checks.length === 0) return;
      const frame = newFrame(x, undefined);
      frame.rows[0] = values;
      for (const { name, test } of checks) {
        if (test.eval(frame) === false) {
          throw new SqlError('23514', `new row for relation "${table.name}" violates check constraint "${name}"`, { detail: failingRow(table, values) });
        }
      }
    },
    *unique(x, values, written, replaced, skipped = []) {
      let hidden: readonly TableIndex[] = [];
      for (const [at, index] of table.indexes.entries()) {
        const isKept = replaced !== undefined && index.covers(replaced.values) && !changed(index.columns, table, replaced.values, values);
        // The row is entered into one index after the other: while one makes it wait, nobody finds it there or in a later one.
        const hide = (): void => {
          hidden = table.indexes.slice(at);
          for (const later of hidden) later.remove(written);
        };
        const duplicate = !index.unique || isKept || skipped.includes(index) ? undefined : yield* findDuplicate(x, index, values, written, hide);
        if (hidden.includes(index)) index.add(written);
        if (duplicate === undefined) continue;
        // At SERIALIZABLE a conflict is told rather than the duplicate that comes of it.
        const own = x.transaction.top.serializable;
        if (own !== undefined) x.host.serialization.writes(own, table, undefined, values);
        doomWhoKnowsBetter(x, duplicate);
        throw duplicateKey(table, index, values);
      }
    },
    atEnd(x, replaced, written) {
      const [before, after] = [replaced?.values, written?.values];
      // The target of a row that the transaction itself has written may be gone since: looked for even where the key is the same.
      const isOwn = replaced?.insertedBy.top === x.transaction.top;
      for (const foreignKey of table.foreignKeys) {
        if (written !== undefined && (before === undefined || isOwn || changed(foreignKey.columns, table, before, written.values)))
          x.atEnd.push(() => checkReference(x, foreignKey, written));
      }
      for (const foreignKey of table.referencedBy) {
        if (before === undefined) continue;
        if (after === undefined || changed(foreignKey.referencedColumns, table, before, after))
          x.atEnd.push(() => checkReferenced(x, foreignKey, before, after === undefined));
      }
    },
  };
}
