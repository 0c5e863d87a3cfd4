import type { DeleteStmt, Node, UpdateStmt } from 'libpg-query';
import { evaluate } from '../execute/evaluate.js';
import type { Frame } from '../execute/execution.js';
import { concurrentChange, lockNewest, settle, toWrite } from '../execute/lock-row.js';
import { unsupported } from '../sql-error.js';
import { ROW_EXCLUSIVE } from '../storage/heavy-locks.js';
import { type LockStrength, NO_KEY_UPDATE, UPDATE } from '../storage/row.js';
import type { Table } from '../storage/table.js';
import type { Steps } from '../storage/wait.js';
import type { SqlRow } from '../types/sql-value.js';
import { type Assignment, compileAssignments } from './assignments.js';
import { compileCondition } from './compile-expression.js';
import { conjuncts } from './conjuncts.js';
import type { Expression } from './expression.js';
import { compileFrom, crossed, type Source, tableSource } from './from.js';
import { compileRowChecks, keyChanged } from './row-checks.js';
import type { Relation, Scope, WriteQuery } from './scope.js';
import { compileTargets } from './targets.js';
import { compileWithQueries } from './with.js';
import { writeQuery } from './write-query.js';

export function* assigned(assignments: readonly Assignment[], before: SqlRow, frame: Frame): Steps<SqlRow> {
  const values = [...before];
  for (const { column, value } of assignments) values[column] = value.blocks ? yield* evaluate(value, frame) : value.eval(frame);
  return values;
}

/** What UPDATE and DELETE share: the rows that are meant, each looked at again when somebody else has changed it meanwhile. */
interface Aim {
  readonly table: Table;
  readonly relation: Relation;
  readonly source: Source;
  readonly where: Expression | undefined;
}

function aim(statement: Pick<UpdateStmt, 'relation' | 'whereClause'>, others: readonly Node[] | undefined, scope: Scope): Aim {
  const name = statement.relation?.relname ?? '';
  const table = scope.unit.catalog.table(name, scope.unit.transaction);
  const around = compileFrom(others, scope, statement.whereClause);
  const target = tableSource(table, statement.relation?.alias?.aliasname ?? name, ROW_EXCLUSIVE, scope, conjuncts(statement.whereClause));
  const [relation] = target.relations;
  if (relation === undefined) throw unsupported('this target');
  const where = statement.whereClause === undefined ? undefined : compileCondition(statement.whereClause, { ...scope, clause: 'WHERE' }, 'WHERE');
  return { table, relation, source: crossed(around, target), where };
}

function* meant({ source, where }: Aim, base: Frame): Steps<Frame[]> {
  source.reset(base.x);
  const frames: Frame[] = [];
  for (const frame of yield* source.produce(base)) {
    if (where === undefined || (where.blocks ? yield* evaluate(where, frame) : where.eval(frame)) === true) frames.push(frame);
  }
  return frames;
}

/**
 * Brings a frame to the newest version of its row, free to be written. `strengthOf` says how strongly the write locks it.
 * False when there is nothing left to write.
 */
function* ready({ table, relation, source, where }: Aim, frame: Frame, strengthOf: () => Steps<LockStrength>): Steps<boolean> {
  const { x } = frame;
  for (;;) {
    const version = frame.versions[relation.slot];
    if (version === undefined) return false;
    const strength = yield* strengthOf();
    x.transaction.top.hasNumber = true;
    const settled = yield* settle(x, version, toWrite(strength), table);
    if (settled === 'current') return true;
    if (settled === undefined || settled === 'changed by itself') return false;
    if (x.isSnapshotKept) throw concurrentChange(settled === 'updated' ? 'update' : 'delete');
    const newest = settled === 'updated' ? yield* lockNewest(x, version, toWrite(strength), table) : undefined;
    if (newest === undefined) return false;
    frame.versions[relation.slot] = newest;
    frame.rows[relation.slot] = newest.values;
    if (!source.holds(frame) || (where !== undefined && (yield* evaluate(where, frame)) !== true)) return false;
  }
}

export function compileUpdate(statement: UpdateStmt, scope: Scope): WriteQuery {
  const withQueries = statement.withClause && compileWithQueries(statement.withClause, scope);
  const target = aim(statement, statement.fromClause, scope);
  const { table, relation } = target;
  const assignments = compileAssignments(statement.targetList, table, scope);
  const checks = compileRowChecks(table, scope.unit);
  const returning = compileTargets(statement.returningClause?.exprs, { ...scope, clause: 'RETURNING' });
  const lock = assignments.some(({ column }) => table.keyColumns.has(column)) ? UPDATE : NO_KEY_UPDATE;
  return writeQuery({
    command: 'UPDATE',
    withQueries,
    returning,
    *write(base, wrote) {
      const { x } = base;
      for (const frame of yield* meant(target, base)) {
        let after: SqlRow = [];
        let strength: LockStrength = NO_KEY_UPDATE;
        const strengthOf = function* (): Steps<LockStrength> {
          const before = frame.rows[relation.slot] ?? [];
          after = yield* assigned(assignments, before, frame);
          // Before any wait: a row that may not be so is refused even while somebody else has it.
          checks.values(x, after);
          strength = lock === UPDATE && keyChanged(table, before, after) ? UPDATE : NO_KEY_UPDATE;
          return strength;
        };
        if (!(yield* ready(target, frame, strengthOf))) continue;
        const version = frame.versions[relation.slot];
        if (version === undefined) continue;
        const written = table.update(x.transaction, x.snapshot.command, version, after, strength);
        yield* checks.unique(x, after, written, version);
        checks.atEnd(x, version, written);
        frame.rows[relation.slot] = after;
        yield* wrote(frame);
      }
    },
  });
}

export function compileDelete(statement: DeleteStmt, scope: Scope): WriteQuery {
  const withQueries = statement.withClause && compileWithQueries(statement.withClause, scope);
  const target = aim(statement, statement.usingClause, scope);
  const { table, relation } = target;
  const checks = compileRowChecks(table, scope.unit);
  const returning = compileTargets(statement.returningClause?.exprs, { ...scope, clause: 'RETURNING' });
  return writeQuery({
    command: 'DELETE',
    withQueries,
    returning,
    *write(base, wrote) {
      const { x } = base;
      for (const frame of yield* meant(target, base)) {
        if (!(yield* ready(target, frame, always(UPDATE)))) continue;
        const version = frame.versions[relation.slot];
        if (version === undefined) continue;
        table.delete(x.transaction, x.snapshot.command, version, UPDATE);
        checks.atEnd(x, version, undefined);
        yield* wrote(frame);
      }
    },
  });
}

const always = (strength: LockStrength) =>
  function* (): Steps<LockStrength> {
    return strength;
  };
