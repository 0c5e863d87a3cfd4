import type { SelectStmt } from 'libpg-query';
import { newFrame } from '../execute/execution.js';
import { SqlError, unsupported } from '../sql-error.js';
import type { SqlRow } from '../types/sql-value.js';
import { castTo, toCommonType } from './casts.js';
import { compileExpression, compileSortKey } from './compile-expression.js';
import type { Expression } from './expression.js';
import { newScope, type Query, type Relation, type Scope } from './scope.js';
import { distinctRows, rowKey, sortBy } from './sort.js';
import { compileCount, countOf, project } from './targets.js';

/** ORDER BY, LIMIT and OFFSET of rows whose columns are all there is to name. */
function ordered(statement: SelectStmt, scope: Scope, query: Query): Query {
  if (statement.lockingClause !== undefined) throw new SqlError('0A000', 'FOR UPDATE is not allowed with UNION/INTERSECT/EXCEPT');
  const relation: Relation = { alias: '', fields: query.fields, slot: 0, table: undefined, merged: new Set() };
  const inner: Scope = { ...newScope(scope.unit, scope.outer), relations: [relation] };
  const byPlace = (at: number): Expression => {
    const field = query.fields[at - 1];
    if (field === undefined) throw new SqlError('42P10', `ORDER BY position ${at} is not in select list`);
    return { type: field.type, eval: (frame) => frame.rows[0]?.[at - 1] ?? null, blocks: false };
  };
  const order = (statement.sortClause ?? []).map((node) =>
    compileSortKey(node, inner, (by) => ('A_Const' in by && by.A_Const.ival !== undefined ? byPlace(by.A_Const.ival.ival ?? 0) : undefined)),
  );
  const [limit, offset] = [compileCount(statement.limitCount, scope, 'LIMIT'), compileCount(statement.limitOffset, scope, 'OFFSET')];
  if (order.length === 0 && limit === undefined && offset === undefined) return query;
  return {
    fields: query.fields,
    blocks: query.blocks || limit?.blocks === true || offset?.blocks === true,
    *run(outer, atMost = Infinity) {
      const base = newFrame(outer.x, outer);
      const skipped = (yield* countOf(offset, base, 'OFFSET')) ?? 0;
      const wanted = Math.min(atMost, (yield* countOf(limit, base, 'LIMIT')) ?? Infinity);
      const keyed = (yield* query.run(outer)).map((row) => {
        base.rows[0] = row;
        return { row, keys: order.map(({ by }) => by.eval(base)) };
      });
      return sortBy(keyed, order, ({ keys }) => keys)
        .slice(skipped, skipped + wanted)
        .map(({ row }) => row);
    },
  };
}

/** VALUES as a query. */
export function compileValues(statement: SelectStmt, scope: Scope): Query {
  const lists = (statement.valuesLists ?? []).map((list) =>
    ('List' in list ? (list.List.items ?? []) : []).map((item) => compileExpression(item, { ...scope, clause: 'VALUES' })),
  );
  const width = lists[0]?.length ?? 0;
  if (lists.some((list) => list.length !== width)) throw new SqlError('42601', 'VALUES lists must all be the same length');
  const columns = Array.from({ length: width }, (_, at) =>
    toCommonType(
      lists.flatMap((list) => list[at] ?? []),
      'VALUES',
    ),
  );
  const rows = lists.map((_, row) => columns.flatMap(({ items }) => items[row] ?? []));
  const query: Query = {
    fields: columns.map(({ type }, at) => ({ name: `column${at + 1}`, type })),
    blocks: rows.some((row) => row.some(({ blocks }) => blocks)),
    *run(outer) {
      const base = newFrame(outer.x, outer);
      const result: SqlRow[] = [];
      for (const row of rows) result.push(yield* project(row, base));
      return result;
    },
  };
  return ordered(statement, scope, query);
}

function combine(operation: string, all: boolean, left: readonly SqlRow[], right: readonly SqlRow[], query: Pick<Query, 'fields'>): readonly SqlRow[] {
  const types = query.fields.map(({ type }) => type);
  if (operation === 'SETOP_UNION') return all ? [...left, ...right] : distinctRows([...left, ...right], types);
  const counts = new Map<string, number>();
  for (const row of right) counts.set(rowKey(row, types), (counts.get(rowKey(row, types)) ?? 0) + 1);
  const isIntersect = operation === 'SETOP_INTERSECT';
  return (all ? left : distinctRows(left, types)).filter((row) => {
    const key = rowKey(row, types);
    const count = counts.get(key) ?? 0;
    if (all && count > 0) counts.set(key, count - 1);
    return count > 0 === isIntersect;
  });
}

/** UNION, INTERSECT and EXCEPT. */
export function compileSetOperation(statement: SelectStmt, scope: Scope, compile: (statement: SelectStmt, scope: Scope) => Query): Query {
  const { larg, rarg, op = '', all = false } = statement;
  if (larg === undefined || rarg === undefined) throw unsupported('this set operation');
  const inner = (): Scope => ({ ...newScope(scope.unit, scope.outer), withQueries: new Map(scope.withQueries) });
  const [left, right] = [compile(larg, inner()), compile(rarg, inner())];
  const name = op.replace('SETOP_', '');
  if (left.fields.length !== right.fields.length) throw new SqlError('42601', `each ${name} query must have the same number of columns`);
  let current: SqlRow = [];
  const sides = left.fields.map((field, at) => {
    const [a, b] = [field, right.fields[at] ?? field].map(({ type }): Expression => ({ type, eval: () => current[at] ?? null, blocks: false }));
    if (a === undefined || b === undefined) throw unsupported('this set operation');
    const { type } = toCommonType([a, b], name);
    return { field: { name: field.name, type }, left: castTo(a, type, 'implicit') ?? a, right: castTo(b, type, 'implicit') ?? b };
  });
  const converted = (rows: readonly SqlRow[], side: 'left' | 'right', frame: ReturnType<typeof newFrame>): SqlRow[] =>
    rows.map((row) => {
      current = row;
      return sides.map((column) => column[side].eval(frame));
    });
  const query: Query = {
    fields: sides.map(({ field }) => field),
    blocks: left.blocks || right.blocks,
    *run(outer) {
      const base = newFrame(outer.x, outer);
      const lefts = converted(yield* left.run(outer), 'left', base);
      const rights = converted(yield* right.run(outer), 'right', base);
      return combine(op, all, lefts, rights, query);
    },
  };
  return ordered(statement, scope, query);
}
