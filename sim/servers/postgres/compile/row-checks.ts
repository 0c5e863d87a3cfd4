import type { Execution } from '../execute/execution.js';
import { newFrame } from '../execute/execution.js';
import { checkReference, checkReferenced } from '../execute/foreign-keys.js';
import { duplicateKey, findDuplicate } from '../execute/unique.js';
import { SqlError } from '../sql-error.js';
import { ROW_SHARE } from '../storage/heavy-locks.js';
import type { RowVersion } from '../storage/row-version.js';
import type { Table } from '../storage/table.js';
import type { TableIndex } from '../storage/table-index.js';
import type { Steps } from '../storage/wait.js';
import type { SqlRow } from '../types/sql-value.js';
import { compileCondition } from './compile-expression.js';
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
  /** NOT NULL and CHECK. */
  values(x: Execution, values: SqlRow): void;
  /** Unique indexes, waiting for whoever has not decided yet. `skipped` is known to be free. */
  unique(x: Execution, values: SqlRow, written: RowVersion, replaced: RowVersion | undefined, skipped?: readonly TableIndex[]): Steps<void>;
  /** Foreign keys, at the end of the statement. */
  atEnd(x: Execution, before: SqlRow | undefined, after: SqlRow | undefined): void;
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
  const checks = table.checks.map(({ name, condition }) => ({ name, test: compileCondition(condition, { ...scope, clause: 'check constraints' }, 'CHECK') }));
  for (const { referenced } of table.foreignKeys) useTable(unit, referenced, ROW_SHARE);
  for (const foreignKey of table.referencedBy) useTable(unit, foreignKey.table, ROW_SHARE);
  return {
    values(x, values) {
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
      for (const index of table.indexes) {
        if (!index.unique || skipped.includes(index)) continue;
        if (replaced !== undefined && index.covers(replaced.values) && !changed(index.columns, table, replaced.values, values)) continue;
        const duplicate = yield* findDuplicate(x, index, values, written);
        if (duplicate !== undefined) throw duplicateKey(table, index, values);
      }
    },
    atEnd(x, before, after) {
      for (const foreignKey of table.foreignKeys) {
        if (after !== undefined && (before === undefined || changed(foreignKey.columns, table, before, after)))
          x.atEnd.push(() => checkReference(x, foreignKey, after));
      }
      for (const foreignKey of table.referencedBy) {
        if (before === undefined) continue;
        if (after === undefined || changed(foreignKey.referencedColumns, table, before, after))
          x.atEnd.push(() => checkReferenced(x, foreignKey, before, after === undefined));
      }
    },
  };
}
