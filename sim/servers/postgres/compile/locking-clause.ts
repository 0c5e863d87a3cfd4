import type { Node } from 'libpg-query';
import { evaluate } from '../execute/evaluate.js';
import type { Frame } from '../execute/execution.js';
import { concurrentChange, type Impatience, lockNewest, settle } from '../execute/lock-row.js';
import { SqlError } from '../sql-error.js';
import { ROW_SHARE } from '../storage/heavy-locks.js';
import { KEY_SHARE, type LockStrength, NO_KEY_UPDATE, SHARE, UPDATE } from '../storage/row.js';
import type { Table } from '../storage/table.js';
import type { Steps } from '../storage/wait.js';
import type { Expression } from './expression.js';
import type { Source } from './from.js';
import { type Scope, useTable } from './scope.js';

const STRENGTHS: Readonly<Record<string, LockStrength>> = {
  LCS_FORKEYSHARE: KEY_SHARE,
  LCS_FORSHARE: SHARE,
  LCS_FORNOKEYUPDATE: NO_KEY_UPDATE,
  LCS_FORUPDATE: UPDATE,
};
const IMPATIENCE: Readonly<Record<string, Impatience>> = { LockWaitSkip: 'skip', LockWaitError: 'nowait' };

interface Mark {
  readonly slot: number;
  readonly table: Table;
  strength: LockStrength;
  impatience: Impatience;
}

function marksOf(clauses: readonly Node[], scope: Scope): Mark[] {
  const marks = new Map<number, Mark>();
  for (const clause of clauses) {
    if (!('LockingClause' in clause)) continue;
    const { lockedRels, strength: name = '', waitPolicy = '' } = clause.LockingClause;
    const names = lockedRels?.map((node) => ('RangeVar' in node ? (node.RangeVar.relname ?? '') : ''));
    const missing = names?.find((alias) => scope.relations.every((relation) => relation.alias !== alias));
    if (missing !== undefined) throw new SqlError('42P01', `relation "${missing}" in FOR UPDATE clause not found in FROM clause`);
    for (const { alias, table, slot } of scope.relations) {
      if (table === undefined || names?.includes(alias) === false) continue;
      useTable(scope.unit, table, ROW_SHARE);
      const strength = STRENGTHS[name] ?? UPDATE;
      const impatience = IMPATIENCE[waitPolicy] ?? 'wait';
      const mark = marks.get(slot);
      if (mark === undefined) marks.set(slot, { slot, table, strength, impatience });
      else if (mark.strength < strength) mark.strength = strength;
    }
  }
  return [...marks.values()];
}

/**
 * FOR UPDATE and its kin. The compiled clause locks the rows of a frame; where one has changed since the snapshot, it takes
 * its newest version into the frame and looks at the conditions again. False when the frame falls out of the result.
 */
export function compileLocking(
  clauses: readonly Node[] | undefined,
  scope: Scope,
  source: Source,
  where: Expression | undefined,
  isFolded: boolean,
): ((frame: Frame) => Steps<boolean>) | undefined {
  if (clauses === undefined) return undefined;
  if (isFolded) throw new SqlError('0A000', 'FOR UPDATE is not allowed with GROUP BY, DISTINCT or aggregate functions');
  const marks = marksOf(clauses, scope);
  return function* lock(frame) {
    const { x } = frame;
    let hasChanged = false;
    for (const { slot, table, strength, impatience } of marks) {
      const version = frame.versions[slot];
      if (version === undefined) continue;
      const options = { strength, impatience, follows: true };
      const settled = yield* settle(x, version, options, table);
      if (settled === undefined || settled === 'changed by itself') return false;
      if (settled === 'current') {
        version.row.lock(x.transaction, strength);
        continue;
      }
      if (x.isSnapshotKept) throw concurrentChange('update');
      const newest = settled === 'updated' ? yield* lockNewest(x, version, options, table) : undefined;
      if (newest === undefined) return false;
      frame.versions[slot] = newest;
      frame.rows[slot] = newest.values;
      hasChanged = true;
    }
    if (!hasChanged) return true;
    return source.holds(frame) && (where === undefined || (yield* evaluate(where, frame)) === true);
  };
}
