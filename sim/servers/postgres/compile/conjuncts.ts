import type { Node } from 'libpg-query';
import { SqlError } from '../sql-error.js';
import type { TableIndex } from '../storage/table-index.js';
import type { Table } from '../storage/table.js';
import { castTo } from './casts.js';
import { compileExpression, stringOf } from './compile-expression.js';
import type { Expression } from './expression.js';
import type { Relation, Scope } from './scope.js';

/** The conditions that AND joins. */
export function conjuncts(node: Node | undefined): readonly Node[] {
  if (node === undefined) return [];
  return 'BoolExpr' in node && node.BoolExpr.boolop === 'AND_EXPR' ? (node.BoolExpr.args ?? []).flatMap(conjuncts) : [node];
}

function columnNamed(node: Node | undefined, relation: Relation, scope: Scope): number {
  if (node === undefined || !('ColumnRef' in node)) return -1;
  const path = (node.ColumnRef.fields ?? []).map(stringOf);
  if (path.length === 1 && scope.relations.some((other) => other !== relation && other.fields.some(({ name }) => name === path[0]))) return -1;
  if (path.length > 1 && path.at(-2) !== relation.alias) return -1;
  return relation.fields.findIndex(({ name }) => name === path.at(-1));
}

/** A way to find a table's rows by equality: the index, and what its columns equal. */
export interface Lookup {
  readonly index: TableIndex;
  readonly values: readonly Expression[];
}

/** Finds an index all of whose columns are compared with something that is known before the table is read. */
export function findLookup(table: Table, relation: Relation, conditions: readonly Node[], scope: Scope, before: readonly Relation[]): Lookup | undefined {
  const known = new Map<number, Expression>();
  const limited: Scope = { ...scope, relations: [...before], aggregates: undefined, grouping: undefined };
  for (const condition of conditions) {
    if (!('A_Expr' in condition) || condition.A_Expr.kind !== 'AEXPR_OP' || stringOf(condition.A_Expr.name?.at(-1)) !== '=') continue;
    for (const [column, value] of [
      [columnNamed(condition.A_Expr.lexpr, relation, scope), condition.A_Expr.rexpr],
      [columnNamed(condition.A_Expr.rexpr, relation, scope), condition.A_Expr.lexpr],
    ] as const) {
      const type = table.columns[column]?.type;
      if (
        type === undefined ||
        value === undefined ||
        known.has(column) ||
        !('ParamRef' in value || 'A_Const' in value || 'ColumnRef' in value || 'TypeCast' in value)
      )
        continue;
      const cast = tried(() => castTo(compileExpression(value, limited), type, 'implicit'));
      if (cast !== undefined && !cast.blocks) known.set(column, cast);
    }
  }
  for (const index of table.indexes) {
    if (index.predicate !== undefined) continue;
    const values = index.columns.map((column) => known.get(column));
    if (values.every((value) => value !== undefined)) return { index, values };
  }
  return undefined;
}

/** What does not compile without the table itself is no value to look for. */
function tried(compile: () => Expression | undefined): Expression | undefined {
  try {
    return compile();
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}
