import type { Node } from 'libpg-query';
import { evaluate } from '../execute/evaluate.js';
import type { Frame } from '../execute/execution.js';
import { SqlError, unsupported } from '../sql-error.js';
import type { Steps } from '../storage/wait.js';
import { INT8 } from '../types/sql-type.js';
import type { SqlRow, SqlValue } from '../types/sql-value.js';
import { castTo, decided } from './casts.js';
import { compileExpression, stringOf } from './compile-expression.js';
import type { Expression } from './expression.js';
import { type Query, resolveStar, type Scope } from './scope.js';

/** A target list: expressions with the names of their columns. */
export function compileTargets(nodes: readonly Node[] | undefined, scope: Scope): Expression[] {
  return (nodes ?? []).flatMap((node) => {
    if (!('ResTarget' in node) || node.ResTarget.val === undefined) throw unsupported('this target');
    const { name, val } = node.ResTarget;
    if ('ColumnRef' in val && val.ColumnRef.fields?.some((field) => 'A_Star' in field) === true) {
      const [first] = val.ColumnRef.fields;
      return resolveStar(scope, val.ColumnRef.fields.length > 1 ? stringOf(first) : undefined);
    }
    const made = decided(compileExpression(val, scope));
    return [{ ...made, name: name ?? made.name ?? '?column?' }];
  });
}

export function fieldsOf(targets: readonly Expression[]): Query['fields'] {
  return targets.map(({ name, type }) => ({ name: name ?? '?column?', type }));
}

export function* project(targets: readonly Expression[], frame: Frame): Steps<SqlRow> {
  const row: SqlRow = [];
  for (const target of targets) row.push(target.blocks ? yield* evaluate(target, frame) : target.eval(frame));
  return row;
}

/** LIMIT and OFFSET. */
export function compileCount(node: Node | undefined, scope: Scope, what: string): Expression | undefined {
  if (node === undefined) return undefined;
  const count = castTo(compileExpression(node, { ...scope, relations: [], clause: what, aggregates: undefined }), INT8, 'implicit');
  if (count === undefined) throw new SqlError('42804', `argument of ${what} must be type bigint`);
  return count;
}

export function* countOf(count: Expression | undefined, frame: Frame, what: string): Steps<number | undefined> {
  const value: SqlValue = count === undefined ? null : yield* evaluate(count, frame);
  if (value === null) return undefined;
  if ((value as bigint) < 0n) throw new SqlError(what === 'LIMIT' ? '2201W' : '2201X', `${what} must not be negative`);
  return Number(value);
}
