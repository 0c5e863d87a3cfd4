import type { AlterTableCmd, AlterTableStmt, ColumnDef, Constraint } from 'libpg-query';
import { defaultOf } from '../compile/assignments.js';
import { compileCondition } from '../compile/compile-expression.js';
import { newScope } from '../compile/scope.js';
import { type Execution, newFrame } from '../execute/execution.js';
import { checkReference } from '../execute/foreign-keys.js';
import { SqlError, unsupported } from '../sql-error.js';
import { ACCESS_EXCLUSIVE, SHARE_LOCK } from '../storage/heavy-locks.js';
import type { RowVersion } from '../storage/row-version.js';
import type { CheckConstraint, Table } from '../storage/table.js';
import { TableIndex } from '../storage/table-index.js';
import type { Steps } from '../storage/wait.js';
import type { SqlValue } from '../types/sql-value.js';
import { addColumn, addConstraint, type Definer } from './define-table.js';
import { changing, definerFor, lockTable } from './definer.js';
import { mentions } from './mentions.js';

interface Alteration {
  readonly x: Execution;
  readonly table: Table;
  readonly definer: Definer;
}

function present({ table }: Alteration): RowVersion[] {
  return [...table.versions].filter((version) => version.endedBy === undefined);
}

function missing(table: Table, column: string): SqlError {
  return new SqlError('42703', `column "${column}" of relation "${table.name}" does not exist`);
}

function columnNamed(table: Table, name: string): Table['columns'][number] {
  const column = table.columns[table.columnIndex(name)];
  if (column === undefined) throw missing(table, name);
  return column;
}

function refuseNulls({ table }: Alteration, versions: readonly RowVersion[]): void {
  for (const [at, { name, notNull }] of table.columns.entries()) {
    if (notNull && versions.some((version) => (version.values[at] ?? null) === null))
      throw new SqlError('23502', `column "${name}" of relation "${table.name}" contains null values`);
  }
}

function checkRows({ x, table, definer }: Alteration, { name, condition }: CheckConstraint, versions: readonly RowVersion[]): void {
  const scope = newScope(definer.unit, undefined);
  scope.relations.push({ alias: table.name, fields: table.columns, slot: 0, table, merged: new Set() });
  const test = compileCondition(condition, { ...scope, clause: 'check constraints' }, 'CHECK');
  const frame = newFrame(x, undefined);
  for (const { values } of versions) {
    frame.rows[0] = values;
    if (test.eval(frame) === false) throw new SqlError('23514', `check constraint "${name}" of relation "${table.name}" is violated by some row`);
  }
}

/** What a change adds must hold for the rows that are there. */
function* adding(alteration: Alteration, change: () => void): Steps<void> {
  const { x, table } = alteration;
  const before = { checks: [...table.checks], foreignKeys: [...table.foreignKeys] };
  changing(x, table, change);
  const versions = present(alteration);
  refuseNulls(alteration, versions);
  for (const check of table.checks) if (!before.checks.includes(check)) checkRows(alteration, check, versions);
  for (const key of table.foreignKeys) {
    if (before.foreignKeys.includes(key)) continue;
    yield* lockTable(x, key.referenced, SHARE_LOCK);
    for (const version of versions) yield* checkReference(x, key, version);
  }
}

function* addColumnTo(alteration: Alteration, given: ColumnDef): Steps<void> {
  const { x, table, definer } = alteration;
  yield* adding(alteration, () => {
    const before = new Set(table.indexes);
    addColumn(table, given, definer);
    const at = table.columns.length - 1;
    const column = table.columns[at];
    if (column === undefined) return;
    if (column.generated !== undefined && table.versions.size > 0) throw unsupported('adding a generated column to a table with rows');
    const value = defaultOf(column, newScope(definer.unit, undefined));
    for (const version of table.versions) {
      version.values[at] = value.eval(newFrame(x, undefined));
      if (version.endedBy === undefined) x.transaction.changes.push({ kind: 'update', table: table.oid, row: version.row.id, values: version.values });
    }
    // An index on the column was made while no row had it.
    for (const index of table.indexes) if (!before.has(index)) index.fill(table.versions);
  });
}

/** Rows that the transaction has logged keep the columns that they had then. */
function keepLogged(x: Execution, table: Table): void {
  for (let part: typeof x.transaction | undefined = x.transaction; part !== undefined; part = part.parent) {
    for (const change of part.changes) if ('values' in change && change.table === table.oid) change.values = [...change.values];
  }
}

function dropColumn({ x, table }: Alteration, name: string, cascades: boolean): void {
  const at = table.columnIndex(name);
  if (at < 0) throw missing(table, name);
  if (table.referencedBy.some((key) => key.referencedColumns.includes(at))) {
    if (cascades) throw unsupported('DROP COLUMN ... CASCADE of a column that others point at');
    throw new SqlError('2BP01', `cannot drop column ${name} of table ${table.name} because other objects depend on it`);
  }
  if (table.columns.some(({ generated }) => mentions(generated, name))) throw unsupported('dropping a column that a generated one needs');
  keepLogged(x, table);
  const removed = new Map<RowVersion, SqlValue>();
  x.transaction.did({
    commit: () => undefined,
    abort: () => {
      for (const [version, value] of removed) version.values.splice(at, 0, value);
    },
  });
  changing(x, table, () => {
    const moved = (columns: readonly number[]): number[] => columns.map((column) => (column > at ? column - 1 : column));
    table.columns.splice(at, 1);
    for (const version of table.versions) removed.set(version, version.values.splice(at, 1)[0] ?? null);
    const kept = table.indexes.filter((index) => !index.columns.includes(at) && !mentions(index.condition, name));
    if (kept.some((index) => index.predicate !== undefined)) throw unsupported('DROP COLUMN of a table with a partial index');
    const indexes = kept.map((index) => {
      const made = new TableIndex({ ...index, columns: moved(index.columns) });
      made.fill(table.versions);
      return made;
    });
    table.indexes.splice(0, Infinity, ...indexes);
    table.checks.splice(0, Infinity, ...table.checks.filter(({ condition }) => !mentions(condition, name)));
    table.replaceForeignKeys((key) => {
      const isOwn = key.table === table;
      if (isOwn && key.columns.includes(at)) return undefined;
      return {
        ...key,
        columns: isOwn ? moved(key.columns) : key.columns,
        referencedColumns: key.referenced === table ? moved(key.referencedColumns) : key.referencedColumns,
      };
    });
  });
}

function dropConstraint({ x, table }: Alteration, name: string, missingOk: boolean): void {
  const index = table.indexes.find((one) => one.name === name && one.constraint !== undefined);
  const isKnown = index !== undefined || table.checks.some((check) => check.name === name) || table.foreignKeys.some((key) => key.name === name);
  if (!isKnown && !missingOk) throw new SqlError('42704', `constraint "${name}" of relation "${table.name}" does not exist`);
  if (!isKnown) x.host.warn(`constraint "${name}" of relation "${table.name}" does not exist, skipping`, '00000', 'NOTICE');
  if (index !== undefined && table.referencedBy.some((key) => key.referencedColumns.join() === index.columns.join())) {
    throw new SqlError('2BP01', `cannot drop constraint ${name} on table ${table.name} because other objects depend on it`);
  }
  changing(x, table, () => {
    table.indexes.splice(0, Infinity, ...table.indexes.filter((one) => one !== index));
    table.checks.splice(0, Infinity, ...table.checks.filter((check) => check.name !== name));
    table.replaceForeignKeys((key) => (key.table === table && key.name === name ? undefined : key));
  });
}

function* addConstraintTo(alteration: Alteration, given: Constraint): Steps<void> {
  const { table, definer } = alteration;
  yield* adding(alteration, () => addConstraint(table, given, [], definer));
}

function* alterColumn(alteration: Alteration, { subtype, name = '', def }: AlterTableCmd): Steps<void> {
  const { table, definer } = alteration;
  const column = columnNamed(table, name);
  yield* adding(alteration, () => {
    if (subtype === 'AT_SetNotNull') column.notNull = true;
    else if (subtype === 'AT_DropNotNull') column.notNull = false;
    else {
      column.defaultValue = def;
      // Whatever is wrong with it is wrong now.
      defaultOf(column, newScope(definer.unit, undefined));
    }
  });
}

/** ALTER TABLE: each command in its turn, under the strongest lock. */
export function* alterTable(x: Execution, statement: AlterTableStmt): Steps<void> {
  if (statement.objtype !== undefined && statement.objtype !== 'OBJECT_TABLE') throw unsupported(`ALTER ${statement.objtype.replace('OBJECT_', '')}`);
  const table = x.host.catalog.table(statement.relation?.relname ?? '', x.transaction);
  yield* lockTable(x, table, ACCESS_EXCLUSIVE);
  const alteration: Alteration = { x, table, definer: definerFor(x) };
  for (const node of statement.cmds ?? []) {
    const command = 'AlterTableCmd' in node ? node.AlterTableCmd : {};
    const { def, name = '', missing_ok: missingOk = false } = command;
    switch (command.subtype) {
      case 'AT_AddColumn':
        if (def === undefined || !('ColumnDef' in def)) throw unsupported('this ADD COLUMN');
        if (missingOk && table.columnIndex(def.ColumnDef.colname ?? '') >= 0) {
          x.host.warn(`column "${def.ColumnDef.colname ?? ''}" of relation "${table.name}" already exists, skipping`, '42701', 'NOTICE');
        } else yield* addColumnTo(alteration, def.ColumnDef);
        break;
      case 'AT_DropColumn':
        if (missingOk && table.columnIndex(name) < 0) x.host.warn(`column "${name}" of relation "${table.name}" does not exist, skipping`, '00000', 'NOTICE');
        else dropColumn(alteration, name, command.behavior === 'DROP_CASCADE');
        break;
      case 'AT_AddConstraint':
        if (def === undefined || !('Constraint' in def)) throw unsupported('this ADD CONSTRAINT');
        yield* addConstraintTo(alteration, def.Constraint);
        break;
      case 'AT_DropConstraint':
        dropConstraint(alteration, name, missingOk);
        break;
      case 'AT_SetNotNull':
      case 'AT_DropNotNull':
      case 'AT_ColumnDefault':
        yield* alterColumn(alteration, command);
        break;
      default:
        throw unsupported(`ALTER TABLE (${command.subtype ?? ''})`);
    }
  }
}
