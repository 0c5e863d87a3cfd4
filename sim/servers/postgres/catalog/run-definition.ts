import type { AlterTableStmt, Node } from 'libpg-query';
import { stringOf } from '../compile/compile-expression.js';
import { type CompileUnit, newScope } from '../compile/scope.js';
import { compileSubquery } from '../compile/select.js';
import { type Execution, newFrame } from '../execute/execution.js';
import { defaultOf } from '../compile/assignments.js';
import { SqlError, unsupported } from '../sql-error.js';
import { ACCESS_EXCLUSIVE, type LockMode, SHARE_LOCK } from '../storage/heavy-locks.js';
import { Table } from '../storage/table.js';
import { type Steps, transactionEnd } from '../storage/wait.js';
import { addColumn, addConstraint, createIndex, type Definer, fillTable } from './define-table.js';
import { Sequence } from './sequence.js';

export function lockName(table: Table): string {
  return `relation ${table.oid}`;
}

export function* lockTable(x: Execution, table: Table, mode: LockMode): Steps<void> {
  yield* x.host.locks.acquire(x.host.backend, lockName(table), mode, x.transaction, `relation ${table.oid} of database 5`);
}

function definerFor(x: Execution): Definer {
  const { catalog } = x.host;
  const { transaction } = x;
  const unit: CompileUnit = { catalog, transaction, parameterTypes: [], tables: new Map(), compileSubquery, compileWrite: () => undefined };
  const isTaken = (name: string): boolean => catalog.find(name, transaction) !== undefined || catalog.hasIndex(name);
  const freeName = (base: string): string => {
    let name = base;
    for (let at = 1; isTaken(name); at += 1) name = `${base}${at}`;
    return name;
  };
  return {
    unit,
    freeName,
    newSequence(name, maximum) {
      const sequence = catalog.newSequence(freeName(name), maximum === undefined ? {} : { maximum });
      catalog.add(sequence, transaction);
      return sequence;
    },
    find: (name) => catalog.table(name, transaction),
  };
}

/** Makes a change of a table that the end of the transaction can take back as a whole. */
function changing(x: Execution, table: Table, change: () => void): void {
  const before = {
    columns: table.columns.map((column) => ({ ...column })),
    indexes: [...table.indexes],
    checks: [...table.checks],
    foreignKeys: [...table.foreignKeys],
  };
  x.host.catalog.changed(x.transaction, () => {
    for (const key of table.foreignKeys) if (!before.foreignKeys.includes(key)) key.referenced.referencedBy.splice(key.referenced.referencedBy.indexOf(key), 1);
    table.columns.splice(0, Infinity, ...before.columns);
    table.indexes.splice(0, Infinity, ...before.indexes);
    table.checks.splice(0, Infinity, ...before.checks);
    table.foreignKeys.splice(0, Infinity, ...before.foreignKeys);
  });
  change();
}

function* freeToCreate(x: Execution, name: string, missingOk: boolean): Steps<boolean> {
  for (let creator = x.host.catalog.pendingCreator(name, x.transaction); creator !== undefined; creator = x.host.catalog.pendingCreator(name, x.transaction)) {
    yield transactionEnd(creator);
  }
  if (x.host.catalog.find(name, x.transaction) === undefined && !x.host.catalog.hasIndex(name)) return true;
  if (!missingOk) throw new SqlError('42P07', `relation "${name}" already exists`);
  x.host.warn(`relation "${name}" already exists, skipping`, '42P07', 'NOTICE');
  return false;
}

function* alter(x: Execution, statement: AlterTableStmt): Steps<void> {
  const table = x.host.catalog.table(statement.relation?.relname ?? '', x.transaction);
  yield* lockTable(x, table, ACCESS_EXCLUSIVE);
  const definer = definerFor(x);
  for (const node of statement.cmds ?? []) {
    const command = 'AlterTableCmd' in node ? node.AlterTableCmd : {};
    const { def } = command;
    if (command.subtype === 'AT_AddColumn' && def !== undefined && 'ColumnDef' in def) {
      if (command.missing_ok === true && table.columnIndex(def.ColumnDef.colname ?? '') >= 0) continue;
      changing(x, table, () => addColumn(table, def.ColumnDef, definer));
      const column = table.columns.at(-1);
      if (column === undefined) continue;
      const value = defaultOf(column, newScope(definer.unit, undefined));
      for (const version of table.versions) version.values[table.columns.length - 1] = value.eval(newFrame(x, undefined));
      const hasNull = [...table.versions].some((version) => version.values.at(-1) === null);
      if (column.notNull && hasNull) throw new SqlError('23502', `column "${column.name}" of relation "${table.name}" contains null values`);
    } else if (command.subtype === 'AT_AddConstraint' && def !== undefined && 'Constraint' in def) {
      if (table.versions.size > 0 && def.Constraint.contype !== 'CONSTR_UNIQUE' && def.Constraint.contype !== 'CONSTR_PRIMARY') {
        throw unsupported('adding this constraint to a table with rows');
      }
      changing(x, table, () => addConstraint(table, def.Constraint, [], definer));
    } else throw unsupported(`ALTER TABLE (${command.subtype ?? ''})`);
  }
}

function* drop(x: Execution, node: Extract<Node, { DropStmt: unknown }>): Steps<void> {
  const { objects = [], removeType, missing_ok: missingOk, behavior } = node.DropStmt;
  const kind = removeType === 'OBJECT_TABLE' ? 'table' : removeType === 'OBJECT_SEQUENCE' ? 'sequence' : undefined;
  if (kind === undefined) throw unsupported(`DROP ${(removeType ?? '').replace('OBJECT_', '')}`);
  const { catalog } = x.host;
  for (const object of objects) {
    const name = 'List' in object ? stringOf(object.List.items?.at(-1)) : '';
    const found = catalog.find(name, x.transaction);
    if (found === undefined) {
      if (missingOk !== true) throw new SqlError('42P01', `${kind} "${name}" does not exist`);
      x.host.warn(`${kind} "${name}" does not exist, skipping`, '00000', 'NOTICE');
      continue;
    }
    if (found instanceof Table) {
      yield* lockTable(x, found, ACCESS_EXCLUSIVE);
      if (found.referencedBy.some((key) => key.table !== found)) {
        if (behavior !== 'DROP_CASCADE') throw new SqlError('2BP01', `cannot drop table ${name} because other objects depend on it`);
        throw unsupported('DROP TABLE ... CASCADE of a table that others point at');
      }
      for (const key of found.foreignKeys) {
        const { referencedBy } = key.referenced;
        referencedBy.splice(referencedBy.indexOf(key), 1);
        x.transaction.did({ commit: () => undefined, abort: () => void referencedBy.push(key) });
      }
      for (const column of found.columns) {
        const sequence = catalog.find(`${found.name}_${column.name}_seq`, x.transaction);
        if (sequence instanceof Sequence) catalog.remove(sequence, x.transaction);
      }
    }
    catalog.remove(found, x.transaction);
  }
}

/** Runs CREATE, ALTER, DROP and TRUNCATE: its command tag, or undefined when it is another statement. */
export function* runDefinition(x: Execution, node: Node): Steps<string | undefined> {
  const { catalog } = x.host;
  if ('CreateStmt' in node) {
    const name = node.CreateStmt.relation?.relname ?? '';
    if (node.CreateStmt.relation?.relpersistence === 't') throw unsupported('a temporary table');
    if (!(yield* freeToCreate(x, name, node.CreateStmt.if_not_exists === true))) return 'CREATE TABLE';
    const table = catalog.newTable(name);
    const definer = definerFor(x);
    fillTable(table, node.CreateStmt, definer);
    catalog.add(table, x.transaction);
    yield* lockTable(x, table, ACCESS_EXCLUSIVE);
    return 'CREATE TABLE';
  }
  if ('IndexStmt' in node) {
    const table = catalog.table(node.IndexStmt.relation?.relname ?? '', x.transaction);
    yield* lockTable(x, table, SHARE_LOCK);
    if (node.IndexStmt.idxname !== undefined && !(yield* freeToCreate(x, node.IndexStmt.idxname, node.IndexStmt.if_not_exists === true))) return 'CREATE INDEX';
    changing(x, table, () => createIndex(table, node.IndexStmt, definerFor(x), x));
    return 'CREATE INDEX';
  }
  if ('CreateSeqStmt' in node) {
    const name = node.CreateSeqStmt.sequence?.relname ?? '';
    if (!(yield* freeToCreate(x, name, node.CreateSeqStmt.if_not_exists === true))) return 'CREATE SEQUENCE';
    const options: { start?: bigint; increment?: bigint } = {};
    for (const option of node.CreateSeqStmt.options ?? []) {
      const { defname = '', arg } = 'DefElem' in option ? option.DefElem : {};
      if ((defname !== 'start' && defname !== 'increment') || arg === undefined || !('Integer' in arg))
        throw unsupported(`the option ${defname} of a sequence`);
      options[defname] = BigInt(arg.Integer.ival ?? 0);
    }
    catalog.add(catalog.newSequence(name, options), x.transaction);
    return 'CREATE SEQUENCE';
  }
  if ('AlterTableStmt' in node) {
    yield* alter(x, node.AlterTableStmt);
    return 'ALTER TABLE';
  }
  if ('DropStmt' in node) {
    yield* drop(x, node);
    return node.DropStmt.removeType === 'OBJECT_TABLE' ? 'DROP TABLE' : 'DROP SEQUENCE';
  }
  if ('TruncateStmt' in node) {
    const tables = (node.TruncateStmt.relations ?? []).map((one) => catalog.table('RangeVar' in one ? (one.RangeVar.relname ?? '') : '', x.transaction));
    if (node.TruncateStmt.restart_seqs === true) throw unsupported('RESTART IDENTITY');
    for (const table of tables) {
      yield* lockTable(x, table, ACCESS_EXCLUSIVE);
      if (table.referencedBy.some((key) => !tables.includes(key.table)))
        throw new SqlError('0A000', 'cannot truncate a table referenced in a foreign key constraint');
      for (const version of [...table.versions]) if (version.endedBy === undefined) table.delete(x.transaction, x.snapshot.command, version, 3);
    }
    return 'TRUNCATE TABLE';
  }
  return undefined;
}
