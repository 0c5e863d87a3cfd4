import type { Node, SelectStmt } from 'libpg-query';
import { evaluate } from '../execute/evaluate.js';
import { type Frame, newFrame } from '../execute/execution.js';
import { SqlError, unsupported } from '../sql-error.js';
import type { SqlRow } from '../types/sql-value.js';
import type { Aggregate, SortKey } from './aggregates.js';
import { decided } from './casts.js';
import { compileCondition, compileExpression, compileSortKey, sameText, stringOf } from './compile-expression.js';
import type { Expression } from './expression.js';
import { compileFrom } from './from.js';
import { foldAggregates, groupFrames } from './groups.js';
import { compileLocking } from './locking-clause.js';
import { type Grouping, newScope, type Query, type Scope } from './scope.js';
import { compileSetOperation, compileValues } from './set-operations.js';
import { distinctRows, rowKey, sortBy } from './sort.js';
import { compileCount, compileTargets, countOf, fieldsOf, project } from './targets.js';
import { compileWith } from './with.js';

/** What ORDER BY may mean by a number or a bare name: a column of the result. */
function targetMeant(node: Node, targets: readonly Expression[]): Expression | undefined {
  if ('A_Const' in node && node.A_Const.ival !== undefined) {
    const at = node.A_Const.ival.ival ?? 0;
    const found = targets[at - 1];
    if (found === undefined) throw new SqlError('42P10', `ORDER BY position ${at} is not in select list`);
    return found;
  }
  if (!('ColumnRef' in node) || node.ColumnRef.fields?.length !== 1) return undefined;
  const name = stringOf(node.ColumnRef.fields[0]);
  return targets.find((target) => target.name === name);
}

/** GROUP BY may name a column of the result by place or by alias: the expression that stands there. */
function groupKeyNode(node: Node, statement: SelectStmt, scope: Scope): Node {
  const targets = (statement.targetList ?? []).map((target) => ('ResTarget' in target ? target.ResTarget : {}));
  if ('A_Const' in node && node.A_Const.ival !== undefined) return targets[(node.A_Const.ival.ival ?? 0) - 1]?.val ?? node;
  if (!('ColumnRef' in node) || node.ColumnRef.fields?.length !== 1) return node;
  const name = stringOf(node.ColumnRef.fields[0]);
  const isColumn = scope.relations.some(({ fields }) => fields.some((field) => field.name === name));
  return isColumn ? node : (targets.find((target) => target.name === name)?.val ?? node);
}

function compileGrouping(statement: SelectStmt, scope: Scope): readonly Expression[] {
  const keys = (statement.groupClause ?? []).map((node) => groupKeyNode(node, statement, scope));
  const compiled = keys.map((node) => decided(compileExpression(node, { ...scope, clause: 'GROUP BY', aggregates: undefined })));
  const columns = new Set<string>();
  for (const key of keys) {
    if (!('ColumnRef' in key)) continue;
    const path = (key.ColumnRef.fields ?? []).map(stringOf);
    for (const relation of scope.relations) {
      const isMeant = path.length > 1 ? relation.alias === path.at(-2) : relation.fields.some(({ name }) => name === path[0]);
      if (isMeant) columns.add(`${relation.slot}.${path.at(-1) ?? ''}`);
    }
  }
  const wholly = scope.relations.filter(({ table, slot }) =>
    table?.indexes.some((index) => index.constraint === 'primary' && index.columns.every((at) => columns.has(`${slot}.${table.columns[at]?.name ?? ''}`))),
  );
  const grouping: Grouping = { keys: new Set(keys.filter((key) => !('ColumnRef' in key)).map(sameText)), columns, relations: new Set(wholly) };
  scope.grouping = grouping;
  return compiled;
}

/** Compiles a query; `outer` holds the names around it, for a subquery. */
export function compileSelect(statement: SelectStmt, scope: Scope): Query {
  const withClause = compileWith(statement.withClause, scope);
  if (statement.windowClause !== undefined) throw unsupported('WINDOW');
  if (statement.intoClause !== undefined) throw unsupported('SELECT INTO');
  if (statement.limitOption === 'LIMIT_OPTION_WITH_TIES') throw unsupported('WITH TIES');
  const isSet = statement.op !== undefined && statement.op !== 'SETOP_NONE';
  const query = isSet
    ? compileSetOperation(statement, scope, compileSelect)
    : statement.valuesLists !== undefined
      ? compileValues(statement, scope)
      : compilePlain(statement, scope);
  return withClause === undefined ? query : withClause(query);
}

/** DISTINCT ON: the expressions of whose values the first row each is kept. */
function compileDistinctOn(
  nodes: readonly Node[] | undefined,
  statement: SelectStmt,
  scope: Scope,
  targets: readonly Expression[],
): readonly Expression[] | undefined {
  const given = nodes?.filter((node) => Object.keys(node).length > 0) ?? [];
  if (given.length === 0) return undefined;
  const ordered = (statement.sortClause ?? []).slice(0, given.length).map((node) => ('SortBy' in node && node.SortBy.node ? sameText(node.SortBy.node) : ''));
  if (ordered.some((text) => given.every((node) => sameText(node) !== text)))
    throw new SqlError('42P10', 'SELECT DISTINCT ON expressions must match initial ORDER BY expressions');
  const compiled = given.map((node) => decided(targetMeant(node, targets) ?? compileExpression(node, scope)));
  if (compiled.some(({ blocks }) => blocks)) throw unsupported('waiting inside of DISTINCT ON');
  return compiled;
}

function compilePlain(statement: SelectStmt, scope: Scope): Query {
  const source = compileFrom(statement.fromClause, scope, statement.whereClause);
  const where = statement.whereClause === undefined ? undefined : compileCondition(statement.whereClause, { ...scope, clause: 'WHERE' }, 'WHERE');
  const keys = compileGrouping(statement, scope);
  const aggregates: Aggregate[] = [];
  scope.aggregates = aggregates;
  const isGroupedByName = statement.groupClause !== undefined || statement.havingClause !== undefined;
  if (!isGroupedByName) scope.grouping = undefined;
  const compileRest = (): { targets: Expression[]; having: Expression | undefined; order: SortKey[] } => {
    aggregates.length = 0;
    const targets = compileTargets(statement.targetList, scope);
    const having = statement.havingClause === undefined ? undefined : compileCondition(statement.havingClause, scope, 'HAVING');
    const order = (statement.sortClause ?? []).map((node) => compileSortKey(node, scope, (by) => targetMeant(by, targets)));
    return { targets, having, order };
  };
  let rest = compileRest();
  const isGrouped = isGroupedByName || aggregates.length > 0;
  if (isGrouped && !isGroupedByName) {
    scope.grouping = { keys: new Set(), columns: new Set(), relations: new Set() };
    rest = compileRest();
  }
  const { targets, having, order } = rest;
  const distinct = statement.distinctClause;
  const isDistinct = distinct !== undefined;
  const firstOf = compileDistinctOn(distinct, statement, scope, targets);
  const lock = compileLocking(statement.lockingClause, scope, source, where, isGrouped || isDistinct);
  const [limit, offset] = [compileCount(statement.limitCount, scope, 'LIMIT'), compileCount(statement.limitOffset, scope, 'OFFSET')];
  const isOrdered = order.length > 0;
  const stopsEarly = !isGrouped && !isOrdered && !isDistinct;
  const isWholly = isDistinct && firstOf === undefined;
  const blocks =
    source.blocks ||
    lock !== undefined ||
    [where, having, limit, offset, ...targets, ...order.map(({ by }) => by), ...keys].some((part) => part?.blocks === true);

  return {
    fields: fieldsOf(targets),
    blocks,
    *run(outer, atMost = Infinity) {
      const base = newFrame(outer.x, outer);
      source.reset(base.x);
      const skipped = (yield* countOf(offset, base, 'OFFSET')) ?? 0;
      const wanted = Math.min(atMost, (yield* countOf(limit, base, 'LIMIT')) ?? Infinity);
      const end = skipped + wanted;
      let frames: Frame[] = [];
      if (end > 0) {
        for (const frame of yield* source.produce(base)) {
          if (where !== undefined && (where.blocks ? yield* evaluate(where, frame) : where.eval(frame)) !== true) continue;
          if (stopsEarly && lock !== undefined && !(yield* lock(frame))) continue;
          frames.push(frame);
          if (stopsEarly && frames.length >= end) break;
        }
      }
      if (isGrouped) {
        frames = groupFrames(frames, keys, base, statement.groupClause === undefined, source.relations).map(({ frame, members }) => {
          frame.aggregates = foldAggregates(aggregates, members);
          return frame;
        });
        if (having !== undefined) frames = frames.filter((frame) => having.eval(frame) === true);
      }
      if (isOrdered) {
        const keyed: { readonly frame: Frame; readonly keys: SqlRow }[] = [];
        for (const frame of frames)
          keyed.push({
            frame,
            keys: yield* project(
              order.map(({ by }) => by),
              frame,
            ),
          });
        frames = sortBy(keyed, order, (item) => item.keys).map((item) => item.frame);
      }
      if (firstOf !== undefined) {
        const seen = new Set<string>();
        const types = firstOf.map(({ type }) => type);
        const isFirst = (key: string): boolean => !seen.has(key) && seen.add(key).has(key);
        frames = frames.filter((frame) =>
          isFirst(
            rowKey(
              firstOf.map((by) => by.eval(frame)),
              types,
            ),
          ),
        );
      }
      if (!stopsEarly && !isWholly) {
        const kept: Frame[] = [];
        for (const frame of frames) {
          if (kept.length >= end) break;
          if (lock === undefined || (yield* lock(frame))) kept.push(frame);
        }
        frames = kept;
      }
      let rows: SqlRow[] = [];
      for (const frame of isWholly ? frames : frames.slice(skipped, end)) rows.push(yield* project(targets, frame));
      if (isWholly)
        rows = distinctRows(
          rows,
          targets.map(({ type }) => type),
        ).slice(skipped, end);
      return rows;
    },
  };
}

/** A subquery: a scope of its own inside of another. */
export function compileSubquery(statement: SelectStmt, outer: Scope): Query {
  return compileSelect(statement, newScope(outer.unit, outer));
}
