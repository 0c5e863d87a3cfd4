import type { ColumnDef, Constraint, CreateStmt, IndexStmt, Node } from 'libpg-query';
import { compileCondition, sameText, stringOf } from '../compile/compile-expression.js';
import { type CompileUnit, newScope } from '../compile/scope.js';
import { typeOf } from '../compile/type-name.js';
import { type Execution, newFrame } from '../execute/execution.js';
import { SqlError, unsupported } from '../sql-error.js';
import type { Column, ForeignKey, Table } from '../storage/table.js';
import { TableIndex } from '../storage/table-index.js';
import { INT2, INT4, INT8, type SqlType } from '../types/sql-type.js';
import type { SqlRow } from '../types/sql-value.js';
import { mentions } from './mentions.js';
import type { Sequence } from './sequence.js';
import { type SequenceOptions, sequenceOptions } from './sequence-options.js';

const SERIALS: Readonly<Record<string, SqlType>> = { serial: INT4, serial4: INT4, bigserial: INT8, serial8: INT8, smallserial: INT2, serial2: INT2 };
const MAXIMA = new Map<SqlType, bigint>([
  [INT2, 32_767n],
  [INT4, 2_147_483_647n],
]);
const ON_DELETE: Readonly<Record<string, ForeignKey['onDelete']>> = { a: 'no action', r: 'restrict', c: 'cascade', n: 'set null' };

/** What a definition needs beside the table itself. */
export interface Definer {
  readonly unit: CompileUnit;
  freeName(base: string): string;
  newSequence(name: string, options: SequenceOptions): Sequence;
  find(name: string): Table;
}

function nextValueOf(sequence: string): Node {
  return { FuncCall: { funcname: [{ String: { sval: 'nextval' } }], args: [{ A_Const: { sval: { sval: sequence } } }] } };
}

function columnsOf(table: Table, keys: readonly Node[] | undefined): number[] {
  return (keys ?? []).map((key) => {
    const at = table.columnIndex(stringOf(key));
    if (at < 0) throw new SqlError('42703', `column "${stringOf(key)}" named in key does not exist`);
    return at;
  });
}

function addIndex(table: Table, name: string, columns: readonly number[], constraint: 'primary' | 'unique' | undefined, unique = true): TableIndex {
  if (unique && columns.some((column) => table.columns[column]?.generated !== undefined)) throw unsupported('a unique index on a generated column');
  const types = columns.map((column) => table.columns[column]?.type).filter((type) => type !== undefined);
  const index = new TableIndex({ name, columns, types, unique, constraint, predicate: undefined, condition: undefined, predicateText: undefined });
  fill(table, index);
  return index;
}

function fill(table: Table, index: TableIndex): void {
  for (const version of table.versions) {
    const key = index.unique && version.endedBy === undefined && index.covers(version.values) ? index.keyOf(version.values) : undefined;
    if (key !== undefined && index.versions(key).some((other) => other.endedBy === undefined)) {
      throw new SqlError('23505', `could not create unique index "${index.name}"`);
    }
    index.add(version);
  }
  table.indexes.push(index);
}

/** Adds a constraint of a column or of a table. */
export function addConstraint(table: Table, given: Constraint, own: readonly number[], definer: Definer): void {
  const names = (columns: readonly number[]): string => columns.map((column) => table.columns[column]?.name ?? '').join('_');
  switch (given.contype) {
    case 'CONSTR_NULL':
      return;
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE': {
      const isPrimary = given.contype === 'CONSTR_PRIMARY';
      if (given.deferrable === true) throw unsupported('DEFERRABLE');
      if (given.nulls_not_distinct === true) throw unsupported('NULLS NOT DISTINCT');
      const columns = given.keys === undefined ? own : columnsOf(table, given.keys);
      if (isPrimary && table.indexes.some(({ constraint }) => constraint === 'primary')) {
        throw new SqlError('42P16', `multiple primary keys for table "${table.name}" are not allowed`);
      }
      for (const column of columns) if (isPrimary && table.columns[column] !== undefined) table.columns[column].notNull = true;
      addIndex(
        table,
        given.conname ?? definer.freeName(isPrimary ? `${table.name}_pkey` : `${table.name}_${names(columns)}_key`),
        columns,
        isPrimary ? 'primary' : 'unique',
      );
      return;
    }
    case 'CONSTR_CHECK': {
      if (given.raw_expr === undefined) throw unsupported('this CHECK');
      const scope = newScope(definer.unit, undefined);
      scope.clause = 'check constraints';
      scope.relations.push({ alias: table.name, fields: table.columns, slot: 0, table, merged: new Set() });
      compileCondition(given.raw_expr, scope, 'CHECK');
      const base = own.length === 0 ? `${table.name}_check` : `${table.name}_${names(own)}_check`;
      const taken = (name: string): boolean => table.checks.some((check) => check.name === name);
      let name = given.conname ?? base;
      for (let at = 1; taken(name); at += 1) name = `${base}${at}`;
      const { raw_expr: condition } = given;
      if (
        table.foreignKeys.some(({ onDelete, columns }) => onDelete === 'set null' && columns.some((at) => mentions(condition, table.columns[at]?.name ?? '')))
      )
        throw unsupported('a CHECK of a column that is ON DELETE SET NULL');
      table.checks.push({ name, condition });
      return;
    }
    case 'CONSTR_FOREIGN': {
      const { pktable } = given;
      if (pktable?.relname === undefined || given.deferrable === true || (given.fk_upd_action ?? 'a') !== 'a') throw unsupported('this foreign key');
      const referenced = pktable.relname === table.name ? table : definer.find(pktable.relname);
      const columns = given.fk_attrs === undefined ? own : columnsOf(table, given.fk_attrs);
      const primary = referenced.indexes.find(({ constraint }) => constraint === 'primary')?.columns;
      const referencedColumns = given.pk_attrs === undefined ? primary : columnsOf(referenced, given.pk_attrs);
      if (referencedColumns === undefined) throw new SqlError('42704', `there is no primary key for referenced table "${referenced.name}"`);
      const isKey = referenced.indexes.some((index) => index.unique && index.predicate === undefined && index.columns.join() === referencedColumns.join());
      if (!isKey) throw new SqlError('42830', `there is no unique constraint matching given keys for referenced table "${referenced.name}"`);
      if (columns.some((column, at) => table.columns[column]?.type !== referenced.columns[referencedColumns[at] ?? -1]?.type))
        throw unsupported('a foreign key between different types');
      const onDelete = ON_DELETE[given.fk_del_action ?? 'a'];
      if (onDelete === undefined) throw unsupported('ON DELETE SET DEFAULT');
      if (onDelete === 'set null' && table.checks.some(({ condition }) => columns.some((at) => mentions(condition, table.columns[at]?.name ?? ''))))
        throw unsupported('ON DELETE SET NULL of a column with a CHECK');
      const key: ForeignKey = { name: given.conname ?? `${table.name}_${names(columns)}_fkey`, table, columns, referenced, referencedColumns, onDelete };
      table.foreignKeys.push(key);
      referenced.referencedBy.push(key);
      return;
    }
    default:
      throw unsupported(`the constraint ${given.contype ?? ''}`);
  }
}

/** Adds a column with all that belongs to it. */
export function addColumn(table: Table, given: ColumnDef, definer: Definer): void {
  const name = given.colname ?? '';
  if (given.typeName === undefined) throw unsupported('a column without a type');
  if (table.columnIndex(name) >= 0) throw new SqlError('42701', `column "${name}" of relation "${table.name}" already exists`);
  const serial = SERIALS[stringOf(given.typeName.names?.at(-1))];
  const type = serial === undefined ? typeOf(given.typeName) : { type: serial };
  const identity = given.constraints?.flatMap((node) => ('Constraint' in node && node.Constraint.contype === 'CONSTR_IDENTITY' ? [node.Constraint] : []))[0];
  const counted = serial !== undefined || identity !== undefined;
  const maximum = MAXIMA.get(type.type);
  const options = { ...(maximum === undefined ? {} : { maximum }), ...sequenceOptions(identity?.options) };
  const sequence = counted ? definer.newSequence(`${table.name}_${name}_seq`, options).name : undefined;
  const generated = given.constraints?.flatMap((node) => ('Constraint' in node && node.Constraint.contype === 'CONSTR_GENERATED' ? [node.Constraint] : []))[0];
  const column: Column = {
    name,
    ...type,
    notNull: counted,
    defaultValue: sequence === undefined ? undefined : nextValueOf(sequence),
    ...(identity === undefined ? {} : { identity: identity.generated_when === 'a' ? ('always' as const) : ('by default' as const) }),
    ...(generated?.raw_expr === undefined ? {} : { generated: generated.raw_expr }),
  };
  const at = table.columns.push(column) - 1;
  for (const node of given.constraints ?? []) {
    if (!('Constraint' in node)) throw unsupported('this constraint');
    const constraint = node.Constraint;
    if (constraint.contype === 'CONSTR_NOTNULL') column.notNull = true;
    else if (constraint.contype === 'CONSTR_DEFAULT') column.defaultValue = constraint.raw_expr;
    else if (constraint.contype !== 'CONSTR_IDENTITY' && constraint.contype !== 'CONSTR_GENERATED') addConstraint(table, constraint, [at], definer);
  }
}

export function fillTable(table: Table, statement: CreateStmt, definer: Definer): void {
  if (statement.inhRelations !== undefined || statement.partspec !== undefined) throw unsupported('inheritance and partitions');
  const constraints: Constraint[] = [];
  for (const element of statement.tableElts ?? []) {
    if ('ColumnDef' in element) addColumn(table, element.ColumnDef, definer);
    else if ('Constraint' in element) constraints.push(element.Constraint);
    else throw unsupported('LIKE');
  }
  for (const constraint of constraints) addConstraint(table, constraint, [], definer);
}

/** CREATE INDEX. */
export function createIndex(table: Table, statement: IndexStmt, definer: Definer, x: Execution): TableIndex {
  const columns = (statement.indexParams ?? []).map((element) => {
    if (!('IndexElem' in element) || element.IndexElem.name === undefined) throw unsupported('an index on an expression');
    return columnsOf(table, [{ String: { sval: element.IndexElem.name } }])[0] ?? -1;
  });
  const name = statement.idxname ?? definer.freeName(`${table.name}_${columns.map((column) => table.columns[column]?.name ?? '').join('_')}_idx`);
  if (statement.whereClause === undefined) return addIndex(table, name, columns, undefined, statement.unique ?? false);
  const scope = newScope(definer.unit, undefined);
  scope.relations.push({ alias: table.name, fields: table.columns, slot: 0, table, merged: new Set() });
  const test = compileCondition(statement.whereClause, { ...scope, clause: 'index predicates' }, 'WHERE');
  const frame = newFrame(x, undefined);
  const predicate = (values: SqlRow): boolean => {
    frame.rows[0] = values;
    return test.eval(frame) === true;
  };
  const types = columns.map((column) => table.columns[column]?.type).filter((type) => type !== undefined);
  const index = new TableIndex({
    name,
    columns,
    types,
    unique: statement.unique ?? false,
    constraint: undefined,
    predicate,
    condition: statement.whereClause,
    predicateText: sameText(statement.whereClause),
  });
  fill(table, index);
  return index;
}
