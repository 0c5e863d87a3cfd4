import type { JoinExpr, Node, RangeFunction, RangeSubselect, RangeVar } from 'libpg-query';
import { type SystemView, systemView, viewRows } from '../catalog/system-views.js';
import { runToEnd } from '../execute/evaluate.js';
import { copyFrame, type Execution, type Frame } from '../execute/execution.js';
import { noteRead } from '../execute/serializable-reads.js';
import { SqlError, unsupported } from '../sql-error.js';
import { ACCESS_SHARE, type LockMode } from '../storage/heavy-locks.js';
import { isVisible, type RowVersion } from '../storage/row-version.js';
import type { Table } from '../storage/table.js';
import type { Steps } from '../storage/wait.js';
import type { SqlRow } from '../types/sql-value.js';
import { compileCondition, kindOf, stringOf } from './compile-expression.js';
import { conjuncts, findLookup, type Lookup } from './conjuncts.js';
import type { Expression } from './expression.js';
import { and } from './logic.js';
import { compare } from './operators.js';
import { type Field, newScope, type Query, type Relation, resolveColumn, type Scope, useTable } from './scope.js';
import { tableFunction } from './table-functions.js';

/** A part of a FROM clause: it makes frames, each with one row of every relation in it. */
export interface Source {
  readonly relations: readonly Relation[];
  readonly blocks: boolean;
  produce(base: Frame): Steps<Frame[]>;
  /** Whether the rows of a frame, some of which are newer versions now, still belong together. */
  holds(frame: Frame): boolean;
  /** Forgets what a run of the query has kept. */
  reset(x: Execution): void;
}

const NOTHING: Source = {
  relations: [],
  blocks: false,
  *produce(base) {
    return [copyFrame(base)];
  },
  holds: () => true,
  reset: () => undefined,
};

function fieldsOf(fields: readonly Field[], colnames: readonly Node[] | undefined): Field[] {
  return fields.map((field, at) => ({ name: colnames?.[at] === undefined ? field.name : stringOf(colnames[at]), type: field.type }));
}

function addRelation(scope: Scope, alias: string, fields: readonly Field[], table?: Table): Relation {
  if (scope.relations.some((other) => other.alias === alias)) throw new SqlError('42712', `table name "${alias}" specified more than once`);
  const relation: Relation = { alias, fields, slot: scope.relations.length, table, merged: new Set() };
  scope.relations.push(relation);
  return relation;
}

function leaf(relation: Relation, blocks: boolean, rows: (base: Frame) => Steps<readonly SqlRow[]>, isKept: boolean): Source {
  const kept = {};
  return {
    relations: [relation],
    blocks,
    *produce(base) {
      let found = isKept ? base.x.withRows.get(kept) : undefined;
      if (found === undefined) {
        found = yield* rows(base);
        if (isKept) base.x.withRows.set(kept, found);
      }
      return found.map((row) => {
        const frame = copyFrame(base);
        frame.rows[relation.slot] = row;
        return frame;
      });
    },
    holds: () => true,
    reset: (x) => void x.withRows.delete(kept),
  };
}

function visibleVersions(table: Table, lookup: Lookup | undefined, base: Frame): RowVersion[] {
  const { snapshot } = base.x;
  const found: RowVersion[] = [];
  if (lookup === undefined) {
    noteRead(base.x, table.oid, table.versions);
    for (const version of table.versions) if (isVisible(version, snapshot)) found.push(version);
    return found;
  }
  const key = lookup.index.keyOfParts(lookup.values.map((value) => value.eval(base)));
  if (key === undefined) return found;
  noteRead(base.x, [lookup.index, key], lookup.index.versions(key));
  for (const version of lookup.index.versions(key)) if (isVisible(version, snapshot)) found.push(version);
  return found;
}

/** A table as a source. `conditions` are searched for equalities that an index can answer. */
export function tableSource(table: Table, alias: string, mode: LockMode, scope: Scope, conditions: readonly Node[], colnames?: readonly Node[]): Source {
  useTable(scope.unit, table, mode);
  const before = [...scope.relations];
  const relation = addRelation(scope, alias, fieldsOf(table.columns, colnames), table);
  const lookup = findLookup(table, relation, conditions, scope, before);
  return {
    relations: [relation],
    blocks: false,

    *produce(base) {
      return visibleVersions(table, lookup, base).map((version) => {
        const frame = copyFrame(base);
        frame.rows[relation.slot] = version.values;
        frame.versions[relation.slot] = version;
        return frame;
      });
    },
    holds: () => true,
    reset: () => undefined,
  };
}

function rangeVar(node: RangeVar, scope: Scope, conditions: readonly Node[]): Source {
  const name = node.relname ?? '';
  const alias = node.alias?.aliasname ?? name;
  const withQuery = node.schemaname === undefined ? scope.withQueries.get(name) : undefined;
  if (withQuery !== undefined) return queryLeaf(withQuery, alias, node.alias?.colnames, scope, undefined);
  const view = systemView(node.schemaname, name);
  if (view !== undefined) return viewLeaf(view, alias, node.alias?.colnames, scope);
  if (node.schemaname !== undefined && node.schemaname !== 'public') throw unsupported(`the schema ${node.schemaname}`);
  const table = scope.unit.catalog.table(name, scope.unit.transaction);
  return tableSource(table, alias, ACCESS_SHARE, scope, conditions, node.alias?.colnames);
}

function viewLeaf(view: SystemView, alias: string, colnames: readonly Node[] | undefined, scope: Scope): Source {
  const fields = Object.entries(view.columns).map(([name, type]) => ({ name, type }));
  const rows = function* (base: Frame): Steps<readonly SqlRow[]> {
    return viewRows(view, base.x);
  };
  return leaf(addRelation(scope, alias, fieldsOf(fields, colnames)), false, rows, true);
}

function queryLeaf(query: Query, alias: string, colnames: readonly Node[] | undefined, scope: Scope, lateral: Scope | undefined): Source {
  const relation = addRelation(scope, alias, fieldsOf(query.fields, colnames));
  const outerOf = (base: Frame): Frame => (lateral === undefined ? { ...base, outer: base.outer } : base);
  return leaf(relation, query.blocks, (base) => query.run(outerOf(base)), lateral === undefined);
}

function subselect(node: RangeSubselect, scope: Scope): Source {
  if (node.subquery === undefined || !('SelectStmt' in node.subquery)) throw unsupported('this subquery in FROM');
  const isLateral = node.lateral === true;
  // Without LATERAL the tables beside it are no names for it; frames keep their shape, so the scope is the same but for them.
  const visible: Scope = isLateral ? scope : { ...newScope(scope.unit, scope.outer), withQueries: scope.withQueries };
  const query = scope.unit.compileSubquery(node.subquery.SelectStmt, visible);
  return queryLeaf(query, node.alias?.aliasname ?? `unnamed ${scope.relations.length}`, node.alias?.colnames, scope, isLateral ? scope : undefined);
}

function rangeFunction(node: RangeFunction, scope: Scope): Source {
  const [list] = node.functions ?? [];
  const call = list !== undefined && 'List' in list ? list.List.items?.[0] : undefined;
  if (call === undefined || !('FuncCall' in call) || node.functions?.length !== 1) throw unsupported('this function in FROM');
  const name = stringOf(call.FuncCall.funcname?.at(-1));
  const alias = node.alias?.aliasname ?? name;
  const made = tableFunction(name, call.FuncCall, scope, alias, node.ordinality === true);
  const relation = addRelation(scope, alias, fieldsOf(made.fields, node.alias?.colnames));

  return leaf(
    relation,
    false,
    function* (base) {
      return made.rows(base);
    },
    false,
  );
}

function join(node: JoinExpr, scope: Scope, conditions: readonly Node[]): Source {
  const { larg, rarg, jointype = 'JOIN_INNER' } = node;
  if (larg === undefined || rarg === undefined || node.isNatural === true || !['JOIN_INNER', 'JOIN_LEFT', 'JOIN_RIGHT', 'JOIN_FULL'].includes(jointype)) {
    throw unsupported(node.isNatural === true ? 'NATURAL JOIN' : jointype.replace('_', ' '));
  }
  const isFull = jointype === 'JOIN_FULL';
  if (isFull && node.usingClause !== undefined) throw unsupported('FULL JOIN ... USING');
  const left = fromItem(larg, scope, jointype === 'JOIN_RIGHT' || isFull ? [] : conditions);
  const right = fromItem(rarg, scope, isFull ? [] : jointype === 'JOIN_RIGHT' ? conditions : [...conditions, ...conjuncts(node.quals)]);
  const tests: Expression[] = [];
  for (const column of node.usingClause ?? []) {
    const sides = [left, right].map((side) => resolveColumn({ ...scope, outer: undefined, relations: [...side.relations] }, [stringOf(column)]));
    tests.push(...sides.slice(1).map((side, at) => compare('=', sides[at] ?? side, side)));
    const hidden = jointype === 'JOIN_RIGHT' ? left : right;
    for (const relation of hidden.relations) relation.merged.add(stringOf(column));
  }
  if (node.quals !== undefined) {
    const inner: Scope = { ...scope, clause: 'JOIN conditions', aggregates: undefined, relations: [...left.relations, ...right.relations] };
    tests.push(compileCondition(node.quals, inner, 'JOIN/ON'));
  }
  if (isFull) return fullyJoined(left, right, and(tests));
  return jointype === 'JOIN_RIGHT' ? joined(right, left, tests, true) : joined(left, right, tests, jointype === 'JOIN_LEFT');
}

function joined(left: Source, right: Source, tests: readonly Expression[], isOuter: boolean): Source {
  const condition = tests.length === 0 ? undefined : and(tests);
  if (condition?.blocks === true) throw unsupported('waiting inside of a join condition');
  return {
    relations: [...left.relations, ...right.relations],
    blocks: left.blocks || right.blocks,
    *produce(base) {
      const result: Frame[] = [];
      const lefts = left === NOTHING ? [base] : yield* left.produce(base);
      for (const frame of lefts) {
        const before = result.length;
        const candidates = right.blocks ? yield* right.produce(frame) : runToEnd(right.produce(frame));
        for (const candidate of candidates) if (condition === undefined || condition.eval(candidate) === true) result.push(candidate);
        if (isOuter && result.length === before) result.push(withNulls(frame, right.relations));
      }
      return result;
    },
    holds(frame) {
      if (!left.holds(frame)) return false;
      const isFilled = isOuter && right.relations.every(({ slot }) => frame.rows[slot]?.every((value) => value === null) ?? true);
      return isFilled || (right.holds(frame) && (condition === undefined || condition.eval(frame) === true));
    },
    reset(x) {
      left.reset(x);
      right.reset(x);
    },
  };
}

function withNulls(frame: Frame, relations: readonly Relation[]): Frame {
  const filled = copyFrame(frame);
  for (const { slot, fields } of relations) {
    filled.rows[slot] = fields.map(() => null);
    filled.versions[slot] = undefined;
  }
  return filled;
}

function fullyJoined(left: Source, right: Source, condition: Expression): Source {
  if (condition.blocks) throw unsupported('waiting inside of a join condition');
  const together = (first: Frame, second: Frame): Frame => {
    const frame = copyFrame(first);
    for (const { slot } of right.relations) {
      frame.rows[slot] = second.rows[slot] ?? [];
      frame.versions[slot] = second.versions[slot];
    }
    return frame;
  };
  return {
    relations: [...left.relations, ...right.relations],
    blocks: left.blocks || right.blocks,
    *produce(base) {
      const [lefts, rights] = [yield* left.produce(base), yield* right.produce(base)];
      const matched = new Set<Frame>();
      const result: Frame[] = [];
      for (const first of lefts) {
        const before = result.length;
        for (const second of rights) {
          const frame = together(first, second);
          if (condition.eval(frame) !== true) continue;
          matched.add(second);
          result.push(frame);
        }
        if (result.length === before) result.push(withNulls(first, right.relations));
      }
      for (const second of rights) if (!matched.has(second)) result.push(withNulls(second, left.relations));
      return result;
    },
    holds: () => true,
    reset(x) {
      left.reset(x);
      right.reset(x);
    },
  };
}

function fromItem(node: Node, scope: Scope, conditions: readonly Node[]): Source {
  if ('RangeVar' in node) return rangeVar(node.RangeVar, scope, conditions);
  if ('RangeSubselect' in node) return subselect(node.RangeSubselect, scope);
  if ('RangeFunction' in node) return rangeFunction(node.RangeFunction, scope);
  if ('JoinExpr' in node && node.JoinExpr.alias === undefined) return join(node.JoinExpr, scope, conditions);
  throw unsupported(`${kindOf(node)} in FROM`);
}

/** Compiles a FROM clause; its relations are added to the scope. Without one there is a single row of nothing. */
export function compileFrom(items: readonly Node[] | undefined, scope: Scope, where: Node | undefined): Source {
  let source = NOTHING;
  for (const item of items ?? []) {
    const next = fromItem(item, scope, conjuncts(where));
    source = source === NOTHING ? next : joined(source, next, [], false);
  }
  return source;
}

/** All combinations of two sources, the second for each row of the first. */
export function crossed(first: Source, second: Source): Source {
  return first === NOTHING ? second : joined(first, second, [], false);
}
