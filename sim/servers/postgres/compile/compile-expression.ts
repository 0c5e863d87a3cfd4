import type { A_Expr, A_Indirection, ColumnRef, FuncCall, Node, SubLink, TypeName } from 'libpg-query';
import { runPart, runToEnd } from '../execute/evaluate.js';
import type { Frame } from '../execute/execution.js';
import { SqlError, unsupported } from '../sql-error.js';
import type { SqlRow, SqlValue } from '../types/sql-value.js';
import { arrayTypeOf, BOOL, INT4, INT8, NUMERIC, type SqlType, TEXT, typeNamed } from '../types/sql-type.js';
import { type Aggregate, AGGREGATE_NAMES, folding, type SortKey } from './aggregates.js';
import { castTo, decided, fitModifier, required, toCommonType } from './casts.js';
import { constant, type Expression, expression, literal, strict } from './expression.js';
import { callFunction, CURRENT_DATE } from './functions.js';
import { callLockFunction } from './lock-functions.js';
import { and, or } from './logic.js';
import { binary, compare, unary } from './operators.js';
import { compareRows, overArray } from './row-operators.js';
import { callServerFunction } from './server-functions.js';
import { parameter, type Query, resolveColumn, type Scope } from './scope.js';
import { type ColumnType, typeOf } from './type-name.js';

/** What a part of a statement is called in the syntax tree. */
export function kindOf(node: Node): string {
  return Object.keys(node)[0] ?? 'nothing';
}

/** The text of a `String` node. */
export function stringOf(node: Node | undefined): string {
  return node !== undefined && 'String' in node ? (node.String.sval ?? '') : '';
}

/** One text for parts of a statement that say the same. */
export function sameText(node: Node): string {
  return JSON.stringify(node, (key, value: unknown) => (key === 'location' ? undefined : value));
}

export function compileCondition(node: Node, scope: Scope, what: string): Expression {
  return required(compileExpression(node, scope), BOOL, `argument of ${what}`);
}

export function compileExpression(node: Node, scope: Scope): Expression {
  if (scope.grouping !== undefined && scope.grouping.keys.has(sameText(node))) {
    return compileExpression(node, { ...scope, grouping: undefined, aggregates: undefined });
  }
  if ('A_Const' in node) return compileConstant(node.A_Const);
  if ('ColumnRef' in node) return column(node.ColumnRef, scope);
  if ('ParamRef' in node) return parameter(scope.unit, node.ParamRef.number ?? 0);
  if ('A_Expr' in node) return compileOperator(node.A_Expr, scope);
  if ('TypeCast' in node) return cast(node.TypeCast.arg, node.TypeCast.typeName, scope);
  if ('FuncCall' in node) return call(node.FuncCall, scope);
  if ('BoolExpr' in node) {
    const { boolop = 'AND_EXPR', args = [] } = node.BoolExpr;
    const conditions = args.map((arg) => compileCondition(arg, scope, boolop.replace('_EXPR', '')));
    if (boolop === 'NOT_EXPR') return strict(BOOL, conditions, (value) => value !== true);
    return boolop === 'AND_EXPR' ? and(conditions) : or(conditions);
  }
  if ('NullTest' in node && node.NullTest.arg !== undefined) {
    if ('RowExpr' in node.NullTest.arg) throw unsupported('IS NULL of a row');
    const arg = decided(compileExpression(node.NullTest.arg, scope));
    const wanted = node.NullTest.nulltesttype === 'IS_NULL';
    return expression(BOOL, [arg], (frame) => (arg.eval(frame) === null) === wanted);
  }
  if ('BooleanTest' in node && node.BooleanTest.arg !== undefined) {
    const kind = node.BooleanTest.booltesttype ?? 'IS_TRUE';
    const arg = compileCondition(node.BooleanTest.arg, scope, kind.replaceAll('_', ' '));
    const value = kind.endsWith('UNKNOWN') ? null : kind.endsWith('TRUE');
    const wanted = !kind.startsWith('IS_NOT');
    return expression(BOOL, [arg], (frame) => (arg.eval(frame) === value) === wanted);
  }
  if ('CaseExpr' in node) return compileCase(node.CaseExpr, scope);
  if ('CoalesceExpr' in node) {
    const { type, items } = toCommonType(compileAll(node.CoalesceExpr.args, scope), 'COALESCE');
    return named(
      'coalesce',
      expression(type, items, (frame) => firstNotNull(items, frame)),
    );
  }
  if ('MinMaxExpr' in node) {
    const isGreatest = node.MinMaxExpr.op !== 'IS_LEAST';
    const { type, items } = toCommonType(compileAll(node.MinMaxExpr.args, scope), isGreatest ? 'GREATEST' : 'LEAST');
    const better = (a: SqlValue, b: SqlValue): boolean => (isGreatest ? type.compare(a, b) > 0 : type.compare(a, b) < 0);
    const run = (frame: Frame): SqlValue =>
      items.reduce<SqlValue>((best, item) => {
        const value = item.eval(frame);
        return value !== null && (best === null || better(value, best)) ? value : best;
      }, null);
    return named(isGreatest ? 'greatest' : 'least', expression(type, items, run));
  }
  if ('SQLValueFunction' in node) return sqlValueFunction(node.SQLValueFunction.op ?? '');
  if ('SubLink' in node) return subquery(node.SubLink, scope);
  if ('A_ArrayExpr' in node) return arrayOf(compileAll(node.A_ArrayExpr.elements, scope));
  if ('A_Indirection' in node) return subscript(node.A_Indirection, scope);
  if ('CollateClause' in node) throw unsupported('COLLATE');
  if ('RowExpr' in node) throw unsupported('a row as a value');
  if ('SetToDefault' in node) throw new SqlError('42601', 'DEFAULT is not allowed in this context');
  throw unsupported(`the expression ${kindOf(node)}`);
}

function compileAll(nodes: readonly Node[] | undefined, scope: Scope): Expression[] {
  return (nodes ?? []).map((node) => compileExpression(node, scope));
}

export function named(name: string, given: Expression): Expression {
  return { ...given, name };
}

function firstNotNull(items: readonly Expression[], frame: Frame): SqlValue {
  for (const item of items) {
    const value = item.eval(frame);
    if (value !== null) return value;
  }
  return null;
}

function compileConstant(value: {
  isnull?: boolean;
  ival?: { ival?: number };
  fval?: { fval?: string };
  sval?: { sval?: string };
  boolval?: { boolval?: boolean };
}): Expression {
  if (value.isnull === true) return literal(null);
  if (value.sval !== undefined) return literal(value.sval.sval ?? '');
  if (value.boolval !== undefined) return named('bool', constant(BOOL, value.boolval.boolval ?? false));
  if (value.ival !== undefined) return constant(INT4, value.ival.ival ?? 0);
  if (value.fval === undefined) throw unsupported('a bit string');
  const text = value.fval.fval ?? '';
  const fits = /^-?\d{1,19}$/.test(text) && BigInt(text) <= 9_223_372_036_854_775_807n;
  return fits ? constant(INT8, BigInt(text)) : constant(NUMERIC, NUMERIC.parse(text));
}

function column(reference: ColumnRef, scope: Scope): Expression {
  const fields = reference.fields ?? [];
  if (fields.some((field) => 'A_Star' in field)) throw unsupported('a whole row as a value');
  return resolveColumn(scope, fields.map(stringOf));
}

export function withModifier(given: Expression, type: ColumnType): Expression {
  return type.maximumLength === undefined && type.precision === undefined ? given : fitModifier(given, type, true);
}

function cast(arg: Node | undefined, typeName: TypeName | undefined, scope: Scope): Expression {
  if (arg === undefined || typeName === undefined) throw unsupported('a cast without a type');
  const to = typeOf(typeName);
  if ('A_ArrayExpr' in arg && to.type.element !== undefined && (arg.A_ArrayExpr.elements ?? []).length === 0) return constant(to.type, []);
  const given = compileExpression(arg, scope);
  if (stringOf(typeName.names?.at(-1)) === 'regclass' && given.type.category === 'number') throw unsupported('a number as regclass');
  const result = castTo(given, to.type, 'explicit');
  if (result === undefined) throw new SqlError('42846', `cannot cast type ${given.type.name} to ${to.type.name}`);
  return named(given.name ?? to.type.shortName, withModifier(result, to));
}

function compileOperator(node: A_Expr, scope: Scope): Expression {
  const operator = stringOf(node.name?.at(-1));
  const { lexpr, rexpr } = node;
  if (rexpr === undefined) throw unsupported(`the operator ${operator}`);
  const list = 'List' in rexpr ? (rexpr.List.items ?? []) : [];
  if (lexpr === undefined) return unary(operator, compileExpression(rexpr, scope));
  switch (node.kind) {
    case 'AEXPR_OP':
      if ('RowExpr' in lexpr && 'RowExpr' in rexpr) return compareRows(operator, compileAll(lexpr.RowExpr.args, scope), compileAll(rexpr.RowExpr.args, scope));
      return binary(operator, compileExpression(lexpr, scope), compileExpression(rexpr, scope));
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return binary(operator, compileExpression(lexpr, scope), compileExpression(rexpr, scope));
    case 'AEXPR_IN': {
      const tests = list.map((item) => {
        if ('RowExpr' in lexpr && 'RowExpr' in item) return compareRows('=', compileAll(lexpr.RowExpr.args, scope), compileAll(item.RowExpr.args, scope));
        return compare('=', compileExpression(lexpr, scope), compileExpression(item, scope));
      });
      return operator === '=' ? or(tests) : strict(BOOL, [or(tests)], (value) => value !== true);
    }
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL':
      return overArray(operator, compileExpression(lexpr, scope), compileExpression(rexpr, scope), node.kind === 'AEXPR_OP_ANY');
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT': {
      const [a, b] = toCommonType([compileExpression(lexpr, scope), compileExpression(rexpr, scope)], 'IS DISTINCT FROM').items;
      if (a === undefined || b === undefined) throw unsupported('IS DISTINCT FROM');
      const wanted = node.kind === 'AEXPR_DISTINCT';
      return expression(BOOL, [a, b], (frame) => {
        const [x, y] = [a.eval(frame), b.eval(frame)];
        return (x === null || y === null ? x !== y : a.type.compare(x, y) !== 0) === wanted;
      });
    }
    case 'AEXPR_NULLIF': {
      const [a, b] = [decided(compileExpression(lexpr, scope)), compileExpression(rexpr, scope)];
      const equal = compare('=', a, b);
      return named(
        'nullif',
        expression(a.type, [a, equal], (frame) => (equal.eval(frame) === true ? null : a.eval(frame))),
      );
    }
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN': {
      const [low, high] = list;
      if (low === undefined || high === undefined) throw unsupported('BETWEEN');
      const value = (): Expression => compileExpression(lexpr, scope);
      const inside = and([compare('>=', value(), compileExpression(low, scope)), compare('<=', value(), compileExpression(high, scope))]);
      return node.kind === 'AEXPR_BETWEEN' ? inside : strict(BOOL, [inside], (is) => is !== true);
    }
    default:
      throw unsupported(`the operator ${node.kind ?? operator}`);
  }
}

function compileCase(node: { arg?: Node; args?: Node[]; defresult?: Node }, scope: Scope): Expression {
  const whens = (node.args ?? []).map((arg) => ('CaseWhen' in arg ? arg.CaseWhen : {}));
  const tests = whens.map(({ expr }) => {
    if (expr === undefined) throw unsupported('CASE');
    if (node.arg === undefined) return compileCondition(expr, scope, 'CASE/WHEN');
    return compare('=', compileExpression(node.arg, scope), compileExpression(expr, scope));
  });
  const results = whens.map(({ result }) => (result === undefined ? literal(null) : compileExpression(result, scope)));
  const { type, items } = toCommonType([...results, node.defresult === undefined ? literal(null) : compileExpression(node.defresult, scope)], 'CASE');
  return named(
    'case',
    expression(type, [...tests, ...items], (frame) => {
      const at = tests.findIndex((test) => test.eval(frame) === true);
      return items.at(at)?.eval(frame) ?? null;
    }),
  );
}

function sqlValueFunction(name: string): Expression {
  const known = callFunction('now', []);
  if (name === 'SVFOP_CURRENT_TIMESTAMP' && known !== undefined) return named('current_timestamp', known);
  if (name === 'SVFOP_CURRENT_DATE') return named('current_date', CURRENT_DATE);
  if (name === 'SVFOP_CURRENT_CATALOG') return named('current_catalog', constant(TEXT, 'postgres'));
  if (name === 'SVFOP_CURRENT_SCHEMA') return named('current_schema', constant(TEXT, 'public'));
  if (name === 'SVFOP_CURRENT_USER' || name === 'SVFOP_SESSION_USER') return named(name.slice(6).toLowerCase(), constant(TEXT, 'postgres'));
  throw unsupported(name.replace('SVFOP_', ''));
}

function arrayOf(given: readonly Expression[]): Expression {
  if (given.length === 0)
    throw new SqlError('42P18', 'cannot determine type of empty array', { hint: 'Explicitly cast to the desired type, for example ARRAY[]::integer[].' });
  const { type, items } = toCommonType(given, 'ARRAY');
  const array = arrayTypeOf(type);
  if (array === undefined) throw unsupported(`an array of ${type.name}`);
  return named(
    'array',
    expression(array, items, (frame) => items.map((item) => item.eval(frame))),
  );
}

function subscript({ arg, indirection = [] }: A_Indirection, scope: Scope): Expression {
  const [only] = indirection;
  const at = only !== undefined && 'A_Indices' in only && only.A_Indices.is_slice !== true ? only.A_Indices.uidx : undefined;
  if (arg === undefined || at === undefined || indirection.length !== 1) throw unsupported('this subscript');
  const array = compileExpression(arg, scope);
  const { element } = array.type;
  if (element === undefined) throw unsupported(`a subscript of ${array.type.name}`);
  const index = required(compileExpression(at, scope), INT4, 'array subscript');
  return named(
    array.name ?? 'array',
    strict(element, [array, index], (items, place) => (items as readonly SqlValue[])[(place as number) - 1] ?? null),
  );
}

function call(node: FuncCall, scope: Scope): Expression {
  const name = stringOf(node.funcname?.at(-1));
  if (node.over !== undefined) throw unsupported('a window function');
  if (AGGREGATE_NAMES.has(name)) return named(name, aggregate(name, node, scope));
  const args = compileAll(node.args, scope);
  const found = callFunction(name, args) ?? callLockFunction(name, args) ?? callServerFunction(name, args);
  if (found !== undefined) return named(name, found);
  const cast = args.length === 1 ? typeNamed(name) : undefined;
  const [arg] = args;
  if (cast !== undefined && arg !== undefined) {
    const result = castTo(arg, cast, 'explicit');
    if (result !== undefined) return named(name, result);
  }
  throw unsupported(`the function ${name}(${args.map(({ type }) => type.name).join(', ')})`);
}

function aggregate(name: string, node: FuncCall, scope: Scope): Expression {
  const { aggregates } = scope;
  if (aggregates === undefined) {
    const message = scope.clause === '' ? 'aggregate function calls cannot be nested' : `aggregate functions are not allowed in ${scope.clause}`;
    throw new SqlError('42803', message);
  }
  if (node.agg_within_group === true) throw unsupported('WITHIN GROUP');
  const inside: Scope = { ...scope, aggregates: undefined, grouping: undefined, clause: '' };
  const folded = folding(name, compileAll(node.args, inside), node.agg_star ?? false);
  const made: Aggregate = {
    ...folded,
    filter: node.agg_filter === undefined ? undefined : compileCondition(node.agg_filter, { ...inside, clause: 'FILTER' }, 'FILTER'),
    isDistinct: node.agg_distinct ?? false,
    order: (node.agg_order ?? []).map((item) => compileSortKey(item, inside)),
  };
  if ([...made.args, made.filter].some((part) => part?.blocks === true)) throw unsupported('waiting inside of an aggregate');
  const at = aggregates.push(made) - 1;
  return { type: made.type, eval: (frame) => frame.aggregates[at] ?? null, blocks: false };
}

/** One item of an ORDER BY. */
export function compileSortKey(node: Node, scope: Scope, find?: (by: Node) => Expression | undefined): SortKey {
  if (!('SortBy' in node) || node.SortBy.node === undefined) throw unsupported('this ORDER BY');
  if (node.SortBy.sortby_dir === 'SORTBY_USING') throw unsupported('ORDER BY ... USING');
  const descending = node.SortBy.sortby_dir === 'SORTBY_DESC';
  const { sortby_nulls: nulls } = node.SortBy;
  const by = decided(find?.(node.SortBy.node) ?? compileExpression(node.SortBy.node, scope));
  return { by, descending, nullsFirst: nulls === 'SORTBY_NULLS_FIRST' || (nulls !== 'SORTBY_NULLS_LAST' && descending) };
}

function subquery(link: SubLink, scope: Scope): Expression {
  if (link.subselect === undefined || !('SelectStmt' in link.subselect)) throw unsupported('this subquery');
  const query = scope.unit.compileSubquery(link.subselect.SelectStmt, scope);
  const rowsOf = (limit?: number): ((frame: Frame) => readonly SqlRow[]) => {
    if (!query.blocks) return (frame) => runToEnd(query.run(frame, limit));
    const part = {};
    return (frame) => {
      let rows: readonly SqlRow[] = [];
      const counted = runPart(frame.x, part, function* () {
        return yield* query.run(frame, limit);
      });
      rows = counted as unknown as readonly SqlRow[];
      return rows;
    };
  };
  const [field] = query.fields;
  const only = (): SqlType => {
    if (field === undefined || query.fields.length !== 1) throw new SqlError('42601', 'subquery must return only one column');
    return field.type;
  };
  const made = (type: SqlType, run: (frame: Frame) => SqlValue): Expression => ({ type, eval: run, blocks: query.blocks });
  switch (link.subLinkType) {
    case 'EXISTS_SUBLINK': {
      const rows = rowsOf(1);
      return named(
        'exists',
        made(BOOL, (frame) => rows(frame).length > 0),
      );
    }
    case 'EXPR_SUBLINK': {
      const rows = rowsOf(2);
      return named(
        field?.name ?? '?column?',
        made(only(), (frame) => {
          const found = rows(frame);
          if (found.length > 1) throw new SqlError('21000', 'more than one row returned by a subquery used as an expression');
          return found[0]?.[0] ?? null;
        }),
      );
    }
    case 'ARRAY_SUBLINK': {
      const type = arrayTypeOf(only());
      if (type === undefined) throw unsupported('this array');
      const rows = rowsOf();
      return named(
        'array',
        made(type, (frame) => rows(frame).map((row) => row[0] ?? null)),
      );
    }
    case 'ANY_SUBLINK':
    case 'ALL_SUBLINK':
      return quantified(link, scope, query, rowsOf());
    default:
      throw unsupported(`the subquery ${link.subLinkType ?? ''}`);
  }
}

function quantified(link: SubLink, scope: Scope, query: Query, rows: (frame: Frame) => readonly SqlRow[]): Expression {
  if (link.testexpr === undefined) throw unsupported('this subquery');
  const operator = link.operName === undefined ? '=' : stringOf(link.operName.at(-1));
  const isAny = link.subLinkType === 'ANY_SUBLINK';
  const left = 'RowExpr' in link.testexpr ? compileAll(link.testexpr.RowExpr.args, scope) : [compileExpression(link.testexpr, scope)];
  if (left.length !== query.fields.length) throw new SqlError('42601', `subquery has too ${left.length > query.fields.length ? 'few' : 'many'} columns`);
  let current: SqlRow = [];
  const right = query.fields.map(({ type }, at): Expression => ({ type, eval: () => current[at] ?? null, blocks: false }));
  const [a, b] = [left[0], right[0]];
  const test = left.length === 1 && a !== undefined && b !== undefined ? binary(operator, a, b) : compareRows(operator, left, right);
  return {
    type: BOOL,
    blocks: query.blocks || test.blocks,
    eval(frame) {
      let result: boolean | null = !isAny;
      for (const row of rows(frame)) {
        current = row;
        const value = test.eval(frame);
        if (value === isAny) return isAny;
        if (value === null) result = null;
      }
      return result;
    },
  };
}
