import type { InsertStmt, Node, OnConflictClause } from 'libpg-query';
import { evaluate } from '../execute/evaluate.js';
import { type Execution, type Frame, newFrame } from '../execute/execution.js';
import { concurrentChange, settle, toWrite } from '../execute/lock-row.js';
import { noteRead } from '../execute/serializable-reads.js';
import { findDuplicate } from '../execute/unique.js';
import { SqlError, unsupported } from '../sql-error.js';
import { ROW_EXCLUSIVE } from '../storage/heavy-locks.js';
import { type LockStrength, NO_KEY_UPDATE, UPDATE } from '../storage/row.js';
import { isVisible, type RowVersion } from '../storage/row-version.js';
import type { Table } from '../storage/table.js';
import type { TableIndex } from '../storage/table-index.js';
import type { Steps } from '../storage/wait.js';
import type { SqlRow } from '../types/sql-value.js';
import { columnAt, compileAssignments, compileValue, defaultOf, refuseGiven } from './assignments.js';
import { forColumn } from './casts.js';
import { compileCondition, sameText } from './compile-expression.js';
import type { Expression } from './expression.js';
import { compileRowChecks, keyChanged, type RowChecks } from './row-checks.js';
import { type Relation, type Scope, useTable, type WriteQuery } from './scope.js';
import { compileTargets, project } from './targets.js';
import { assigned } from './update.js';
import { compileWithQueries } from './with.js';
import { writeQuery } from './write-query.js';

type Rows = (base: Frame) => Steps<SqlRow[]>;

/** The rows to insert, every column in its place. */
function compileRows(statement: InsertStmt, table: Table, scope: Scope): Rows {
  const columns = statement.cols?.map((col) => columnAt(table, 'ResTarget' in col ? (col.ResTarget.name ?? '') : '')) ?? table.columns.map((_, at) => at);
  const duplicate = columns.find((column, at) => columns.indexOf(column) !== at);
  if (duplicate !== undefined) throw new SqlError('42701', `column "${table.columns[duplicate]?.name ?? ''}" specified more than once`);
  const source = statement.selectStmt !== undefined && 'SelectStmt' in statement.selectStmt ? statement.selectStmt.SelectStmt : undefined;
  const defaults = table.columns.map((column) => defaultOf(column, scope));
  const isSystem = statement.override === 'OVERRIDING_SYSTEM_VALUE';
  const check = (count: number): void => {
    if (count > columns.length) throw new SqlError('42601', 'INSERT has more expressions than target columns');
    if (count < columns.length && statement.cols !== undefined) throw new SqlError('42601', 'INSERT has more target columns than expressions');
  };
  const columnOf = (at: number): Table['columns'][number] => {
    const column = table.columns[columns[at] ?? -1];
    if (column === undefined) throw unsupported('this column');
    return isSystem ? { ...column, identity: 'by default' } : column;
  };
  if (
    source === undefined ||
    (source.valuesLists !== undefined && source.sortClause === undefined && source.limitCount === undefined && source.withClause === undefined)
  ) {
    const lists = source === undefined ? [[]] : (source.valuesLists ?? []).map((list) => ('List' in list ? (list.List.items ?? []) : []));
    const rows = lists.map((items) => {
      if (source !== undefined) check(items.length);
      const row = [...defaults];
      items.forEach((item, at) => (row[columns[at] ?? -1] = compileValue(item, columnOf(at), { ...scope, clause: 'VALUES' })));
      return row;
    });
    return function* (base) {
      const result: SqlRow[] = [];
      for (const row of rows) result.push(yield* project(row, base));
      return result;
    };
  }
  const query = scope.unit.compileSubquery(source, scope);
  check(query.fields.length);
  const row = [...defaults];
  query.fields.forEach(({ type }, at) => {
    refuseGiven(columnOf(at));
    row[columns[at] ?? -1] = forColumn({ type, eval: (frame) => frame.rows[0]?.[at] ?? null, blocks: false }, columnOf(at));
  });
  return function* (base) {
    const result: SqlRow[] = [];
    const frame = newFrame(base.x, base);
    for (const values of yield* query.run(base)) {
      frame.rows[0] = values;
      result.push(yield* project(row, frame));
    }
    return result;
  };
}

/** Which unique indexes ON CONFLICT means: all when it names none. */
function arbiters(clause: OnConflictClause, table: Table): readonly TableIndex[] {
  const unique = table.indexes.filter((index) => index.unique);
  const { infer } = clause;
  if (infer === undefined) {
    if (clause.action === 'ONCONFLICT_UPDATE') throw new SqlError('42601', 'ON CONFLICT DO UPDATE requires inference specification or constraint name');
    return unique;
  }
  if (infer.conname !== undefined) {
    const named = unique.filter((index) => index.name === infer.conname && index.constraint !== undefined);
    if (named.length === 0) throw new SqlError('42704', `constraint "${infer.conname}" for table "${table.name}" does not exist`);
    return named;
  }
  const columns = (infer.indexElems ?? []).map((element) => columnAt(table, 'IndexElem' in element ? (element.IndexElem.name ?? '') : ''));
  const predicate = infer.whereClause === undefined ? undefined : sameText(infer.whereClause);
  const found = unique.filter(
    (index) => [...index.columns].sort().join() === [...columns].sort().join() && (index.predicate === undefined || index.predicateText === predicate),
  );
  if (found.length === 0) throw new SqlError('42P10', 'there is no unique or exclusion constraint matching the ON CONFLICT specification');
  return found;
}

type OnConflict = (frame: Frame, values: SqlRow) => Steps<'free' | 'nothing' | SqlRow>;

function checkSeen(x: Execution, version: RowVersion): void {
  const isOwn = version.insertedBy.top === x.transaction.top;
  if (x.isSnapshotKept && !isOwn && !isVisible(version, x.snapshot)) throw concurrentChange('update');
}

function compileOnConflict(
  clause: OnConflictClause,
  table: Table,
  relation: Relation,
  scope: Scope,
  checks: RowChecks,
): { indexes: readonly TableIndex[]; run: OnConflict } {
  const indexes = arbiters(clause, table);
  const excluded: Relation = { alias: 'excluded', fields: table.columns, slot: 1, table: undefined, merged: new Set(), needsAlias: true };
  const inner: Scope = { ...scope, relations: [relation, excluded] };
  const isUpdate = clause.action === 'ONCONFLICT_UPDATE';
  const assignments = isUpdate ? compileAssignments(clause.targetList, table, inner) : [];
  const where = !isUpdate || clause.whereClause === undefined ? undefined : compileCondition(clause.whereClause, { ...inner, clause: 'WHERE' }, 'WHERE');
  const lock: LockStrength = assignments.some(({ column }) => table.keyColumns.has(column)) ? UPDATE : NO_KEY_UPDATE;
  const run: OnConflict = function* (frame, values) {
    const { x } = frame;
    for (;;) {
      let version: RowVersion | undefined;
      for (const index of indexes) version ??= yield* findDuplicate(x, index, values, undefined);
      if (version === undefined) return 'free';
      if (!isUpdate) {
        checkSeen(x, version);
        // That the key is taken is something read, too.
        for (const index of indexes) {
          const key = index.keyOf(values);
          if (key !== undefined) noteRead(x, [index, key], []);
        }
        return 'nothing';
      }
      if (version.insertedBy.top === x.transaction.top && version.insertedAt >= x.snapshot.command) {
        throw new SqlError('21000', 'ON CONFLICT DO UPDATE command cannot affect row a second time', {
          hint: 'Ensure that no rows proposed for insertion within the same command have duplicate constrained values.',
        });
      }
      const settled = yield* settle(x, version, toWrite(lock), table);
      if (settled !== 'current') {
        if (x.isSnapshotKept && settled !== 'changed by itself') throw concurrentChange('update');
        continue;
      }
      version.row.lock(x.transaction, lock);
      checkSeen(x, version);
      frame.rows = [version.values, values];
      if (where !== undefined && (yield* evaluate(where, frame)) !== true) return 'nothing';
      const after = yield* assigned(assignments, version.values, frame);
      checks.values(x, after);
      const strength = keyChanged(table, version.values, after) ? UPDATE : NO_KEY_UPDATE;
      const written = table.update(x.transaction, x.snapshot.command, version, after, strength);
      yield* checks.unique(x, after, written, version);
      checks.atEnd(x, version, written);
      return after;
    }
  };
  return { indexes, run };
}

export function compileInsert(statement: InsertStmt, scope: Scope): WriteQuery {
  const withQueries = statement.withClause && compileWithQueries(statement.withClause, scope);
  const name = statement.relation?.relname ?? '';
  const table = scope.unit.catalog.table(name, scope.unit.transaction);
  useTable(scope.unit, table, ROW_EXCLUSIVE);
  const makeRows = compileRows(statement, table, scope);
  const relation: Relation = { alias: statement.relation?.alias?.aliasname ?? name, fields: table.columns, slot: 0, table, merged: new Set() };
  const checks = compileRowChecks(table, scope.unit);
  const clause = statement.onConflictClause;
  const conflict = clause === undefined ? undefined : compileOnConflict(clause, table, relation, scope, checks);
  const nodes: readonly Node[] | undefined = statement.returningClause?.exprs;
  const returning: Expression[] = compileTargets(nodes, { ...scope, relations: [relation], clause: 'RETURNING' });
  return writeQuery({
    command: 'INSERT',
    withQueries,
    returning,
    *write(base, wrote) {
      const { x } = base;
      for (const values of yield* makeRows(base)) {
        const frame = newFrame(x, base.outer);
        checks.values(x, values);
        const outcome = conflict === undefined ? 'free' : yield* conflict.run(frame, values);
        if (outcome === 'nothing') continue;
        if (outcome === 'free') {
          const version = table.insert(x.transaction, x.snapshot.command, values);
          yield* checks.unique(x, values, version, undefined, conflict?.indexes);
          checks.atEnd(x, undefined, version);
        }
        frame.rows = [outcome === 'free' ? values : outcome];
        yield* wrote(frame);
      }
    },
  });
}
