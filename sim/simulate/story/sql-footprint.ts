import type { Node } from 'libpg-query';

/** What is known of one row, or of all rows that a condition selects: the values of some of its columns, as text. */
export type RowKey = ReadonlyMap<string, string>;

/** What one statement does to the rows of one table, as far as its text tells. */
export interface Footprint {
  readonly kind: 'read' | 'insert' | 'update' | 'delete';
  readonly table: string;
  /** Which rows: any of these. Empty: not known. */
  readonly keys: readonly RowKey[];
  /** The columns that are read, or changed; null: all of them. */
  readonly columns: ReadonlySet<string> | null;
  /** Those that its WHERE looks at again. */
  readonly conditions: ReadonlySet<string>;
  /** ON CONFLICT: it minds what is there. */
  readonly isGuarded: boolean;
}

type Parameters = readonly (string | null)[];

/**
 * The footprint of a plain statement on one table; null for all others, and for what only the data can tell: no claim is
 * better than a wrong one.
 */
export function footprintOf(node: Node, params: Parameters): Footprint | null {
  if ('SelectStmt' in node) {
    const { fromClause, whereClause, targetList, op, withClause } = node.SelectStmt;
    const [from, ...others] = fromClause ?? [];
    if (from === undefined || others.length > 0 || !('RangeVar' in from) || (op ?? 'SETOP_NONE') !== 'SETOP_NONE' || withClause !== undefined) return null;
    const columns = columnsIn([...(targetList ?? []), ...(whereClause === undefined ? [] : [whereClause])]);
    const where = whereOf(whereClause, params);
    return { kind: 'read', table: from.RangeVar.relname ?? '', ...where, columns: columns.has('*') ? null : columns, isGuarded: false };
  }
  if ('UpdateStmt' in node) {
    const { relation, targetList, whereClause, fromClause, withClause } = node.UpdateStmt;
    if (fromClause !== undefined || withClause !== undefined) return null;
    const columns = new Set((targetList ?? []).flatMap((target) => ('ResTarget' in target ? [target.ResTarget.name ?? ''] : [])));
    return { kind: 'update', table: relation?.relname ?? '', ...whereOf(whereClause, params), columns, isGuarded: false };
  }
  if ('DeleteStmt' in node) {
    const { relation, whereClause, usingClause, withClause } = node.DeleteStmt;
    if (usingClause !== undefined || withClause !== undefined) return null;
    return { kind: 'delete', table: relation?.relname ?? '', ...whereOf(whereClause, params), columns: null, isGuarded: false };
  }
  if ('InsertStmt' in node) {
    const { relation, cols, selectStmt, onConflictClause } = node.InsertStmt;
    const names = (cols ?? []).map((column) => ('ResTarget' in column ? (column.ResTarget.name ?? '') : ''));
    const lists = selectStmt !== undefined && 'SelectStmt' in selectStmt ? (selectStmt.SelectStmt.valuesLists ?? []) : [];
    const keys = names.length === 0 ? [] : lists.flatMap((list) => ('List' in list ? [inserted(names, list.List.items ?? [], params)] : []));
    const isGuarded = onConflictClause !== undefined;
    return { kind: 'insert', table: relation?.relname ?? '', keys, columns: null, conditions: new Set(), isGuarded };
  }
  return null;
}

function inserted(names: readonly string[], values: readonly Node[], params: Parameters): RowKey {
  const known = new Map<string, string>();
  for (const [at, name] of names.entries()) {
    const value = valueOf(values[at], params);
    if (value !== undefined && value !== null) known.set(name, value);
  }
  return known;
}

/** Which rows a WHERE selects, as far as equalities say so; without one it is all of them: a key without columns. */
function whereOf(where: Node | undefined, params: Parameters): Pick<Footprint, 'keys' | 'conditions'> {
  if (where === undefined) return { keys: [new Map()], conditions: new Set() };
  let keys: RowKey[] = [new Map()];
  for (const part of conjuncts(where)) {
    const equality = equalityOf(part, params);
    if (equality === null) continue;
    const { column, values } = equality;
    keys = keys.flatMap((key) => values.map((value) => new Map([...key, [column, value]])));
  }
  const isKnown = keys.every((key) => key.size > 0);
  return { keys: isKnown ? keys : [], conditions: columnsIn([where]) };
}

function conjuncts(where: Node): readonly Node[] {
  if ('BoolExpr' in where && where.BoolExpr.boolop === 'AND_EXPR') return (where.BoolExpr.args ?? []).flatMap(conjuncts);
  return [where];
}

/** `column = value`, `value = column`, `column IN (values)`. */
function equalityOf(node: Node, params: Parameters): { readonly column: string; readonly values: readonly string[] } | null {
  if (!('A_Expr' in node)) return null;
  const { kind, name, lexpr, rexpr } = node.A_Expr;
  const [operator] = name ?? [];
  const isEqual = operator !== undefined && 'String' in operator && operator.String.sval === '=';
  if (!isEqual || (kind !== 'AEXPR_OP' && kind !== 'AEXPR_IN')) return null;
  const [left, right] = [columnOf(lexpr), columnOf(rexpr)];
  const column = left ?? right;
  if (column === null) return null;
  const other = left === null ? lexpr : rexpr;
  const candidates = kind === 'AEXPR_IN' && other !== undefined && 'List' in other ? (other.List.items ?? []) : [other];
  const values = candidates.map((candidate) => valueOf(candidate, params));
  return values.every((value) => typeof value === 'string') ? { column, values } : null;
}

function columnOf(node: Node | undefined): string | null {
  if (node === undefined) return null;
  if ('TypeCast' in node) return columnOf(node.TypeCast.arg);
  if (!('ColumnRef' in node)) return null;
  const last = node.ColumnRef.fields?.at(-1);
  return last !== undefined && 'String' in last ? (last.String.sval ?? null) : null;
}

/** A constant or a parameter as text; undefined for what is reckoned. */
function valueOf(node: Node | undefined, params: Parameters): string | null | undefined {
  if (node === undefined) return undefined;
  if ('TypeCast' in node) return valueOf(node.TypeCast.arg, params);
  if ('ParamRef' in node) return params[(node.ParamRef.number ?? 0) - 1];
  if (!('A_Const' in node)) return undefined;
  const { ival, fval, sval, boolval, isnull } = node.A_Const;
  if (isnull === true) return null;
  if (sval !== undefined) return sval.sval ?? '';
  if (fval !== undefined) return fval.fval;
  if (boolval !== undefined) return boolval.boolval === true ? 't' : 'f';
  return ival === undefined ? undefined : String(ival.ival ?? 0);
}

/** The columns that are named anywhere in these; `*` for all. */
function columnsIn(nodes: readonly Node[]): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    else if (typeof value === 'object' && value !== null) {
      const { ColumnRef: column } = value as { readonly ColumnRef?: { readonly fields?: readonly Node[] } };
      const last = column?.fields?.at(-1);
      if (last === undefined) Object.values(value).forEach(look);
      else found.add('A_Star' in last ? '*' : 'String' in last ? (last.String.sval ?? '') : '');
    }
  };
  look(nodes);
  return found;
}

/** Whether two keys mean a row in common, for certain: they agree, and one says all that the other does. */
export function areSame(one: RowKey, other: RowKey): boolean {
  const [few, many] = one.size <= other.size ? [one, other] : [other, one];
  return [...few].every(([column, value]) => many.get(column) === value);
}
