import type { Node } from 'libpg-query';
import { SqlError, unsupported } from '../sql-error.js';
import type { Column, Table } from '../storage/table.js';
import { forColumn } from './casts.js';
import { compileExpression } from './compile-expression.js';
import { type Expression, literal } from './expression.js';
import { newScope, type Scope } from './scope.js';

export interface Assignment {
  readonly column: number;
  readonly value: Expression;
}

/** What a column has when nothing is given. */
export function defaultOf(column: Column, scope: Scope): Expression {
  const given =
    column.defaultValue === undefined
      ? literal(null)
      : compileExpression(column.defaultValue, { ...newScope(scope.unit, undefined), clause: 'DEFAULT expressions' });
  return forColumn(given, column);
}

export function columnAt(table: Table, name: string): number {
  const at = table.columnIndex(name);
  if (at < 0) throw new SqlError('42703', `column "${name}" of relation "${table.name}" does not exist`);
  return at;
}

/** Only DEFAULT may be written to a column that the server fills. */
export function refuseGiven(column: Column): void {
  if (column.generated !== undefined) {
    throw new SqlError('428C9', `cannot insert a non-DEFAULT value into column "${column.name}"`, { detail: `Column "${column.name}" is a generated column.` });
  }
  if (column.identity !== 'always') return;
  throw new SqlError('428C9', `cannot insert a non-DEFAULT value into column "${column.name}"`, {
    detail: `Column "${column.name}" is an identity column defined as GENERATED ALWAYS.`,
    hint: 'Use OVERRIDING SYSTEM VALUE to override.',
  });
}

export function compileValue(node: Node, column: Column, scope: Scope): Expression {
  if ('SetToDefault' in node) return defaultOf(column, scope);
  refuseGiven(column);
  return forColumn(compileExpression(node, scope), column);
}

/** The SET list of UPDATE and of ON CONFLICT DO UPDATE. */
export function compileAssignments(targets: readonly Node[] | undefined, table: Table, scope: Scope): Assignment[] {
  const inner: Scope = { ...scope, clause: 'UPDATE' };
  const found: Assignment[] = [];
  for (const target of targets ?? []) {
    if (!('ResTarget' in target) || target.ResTarget.val === undefined || target.ResTarget.indirection !== undefined) throw unsupported('this assignment');
    const { name = '', val } = target.ResTarget;
    const at = columnAt(table, name);
    const column = table.columns[at];
    if (column === undefined) throw unsupported('this assignment');
    if (found.some((other) => other.column === at)) throw new SqlError('42601', `multiple assignments to same column "${name}"`);
    let node = val;
    if ('MultiAssignRef' in val) {
      const { source, colno = 1 } = val.MultiAssignRef;
      const part = source !== undefined && 'RowExpr' in source ? source.RowExpr.args?.[colno - 1] : undefined;
      if (part === undefined) throw unsupported('an assignment of several columns from a subquery');
      node = part;
    }
    if ((column.identity === 'always' || column.generated !== undefined) && !('SetToDefault' in node))
      throw new SqlError('428C9', `column "${name}" can only be updated to DEFAULT`);
    found.push({ column: at, value: 'SetToDefault' in node ? defaultOf(column, inner) : forColumn(compileExpression(node, inner), column) });
  }
  return found;
}
