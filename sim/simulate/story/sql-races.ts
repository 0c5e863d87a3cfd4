import type { Race } from './race.js';
import type { SqlAccess } from './sql-conversation.js';
import { type SqlEffect, sqlEffectsOf, touchSame } from './sql-effects.js';
import type { Footprint } from './sql-footprint.js';
import { rowsInWords, shownValue, sqlInWords } from './sql-words.js';
import { cut, ms } from './words.js';

/**
 * Lost update and check-then-act in SQL: A reads a row, B writes it and commits, A writes it without having read it again and
 * without looking again, in its WHERE, at what B changed. Statements in the order in which they were answered. The last one,
 * as it is nearest to the failure; null when there is none.
 */
export function findSqlRace(answered: readonly SqlAccess[]): Race | null {
  const effects = sqlEffectsOf(answered);
  for (let at = effects.length - 1; at >= 0; at--) {
    const write = effects[at] as SqlEffect;
    const race = write.footprint.kind === 'read' || write.footprint.isGuarded ? null : raceOf(write, effects.slice(0, at));
    if (race !== null) return race;
  }
  return null;
}

function raceOf(write: SqlEffect, before: readonly SqlEffect[]): Race | null {
  const touching = before.filter((effect) => effect.access.server === write.access.server && touchSame(effect.footprint, write.footprint));
  // A transaction that has read it itself goes by that; else whatever its process has read last.
  const inUnit = touching.findLastIndex((effect) => effect.unit === write.unit && effect.footprint.kind === 'read');
  const lastOwn = inUnit >= 0 ? inUnit : touching.findLastIndex((effect) => effect.access.process === write.access.process);
  const read = touching[lastOwn];
  if (read === undefined) return null;
  if (read.footprint.kind !== 'read') return inOneProcess(write, touching);
  const between = touching.slice(lastOwn + 1).findLast((effect) => comesBetween(read, effect, write));
  return between === undefined ? null : race(read, between, write);
}

/** Two handlers of one process, each statement by itself: read, read, write, write. The second write goes by a read that was made before the first. */
function inOneProcess(write: SqlEffect, touching: readonly SqlEffect[]): Race | null {
  const own = touching.filter((effect) => effect.access.process === write.access.process);
  const between = own.at(-1);
  const reads = own.slice(own.findLastIndex((effect, at) => at < own.length - 1 && effect.footprint.kind !== 'read') + 1, -1);
  const read = reads.at(-1);
  return between === undefined || read === undefined || reads.length < 2 || !comesBetween(read, between, write) ? null : race(read, between, write);
}

/** Whether somebody else's effect changed what was read, and not under the eyes of the write. */
function comesBetween(read: SqlEffect, between: SqlEffect, write: SqlEffect): boolean {
  const { footprint } = between;
  if (footprint.kind === 'read' || between.unit === write.unit || between.unit === read.unit || !touchSame(read.footprint, footprint)) return false;
  return meet(read.footprint.columns, footprint.columns) && !looksAgain(write.footprint, footprint);
}

const meet = (one: ReadonlySet<string> | null, other: ReadonlySet<string> | null): boolean =>
  one === null || other === null || [...one].some((column) => other.has(column));

const looksAgain = ({ conditions }: Footprint, { columns }: Footprint): boolean => columns !== null && meet(conditions, columns);

function race(read: SqlEffect, between: SqlEffect, write: SqlEffect): Race {
  return {
    subject: subjectOf(read),
    read: read.access,
    between: between.access,
    betweenText: `${sqlInWords(between.access)}${commit(between)}`,
    write: write.access,
    writeText: sqlInWords(write.access),
  };
}

const commit = ({ committedAt }: SqlEffect): string => (committedAt === null ? '' : `, committed at ${ms(committedAt)} ms`);

/** `stock where sku = 'book' (quantity = 1)` */
function subjectOf({ access, footprint }: SqlEffect): string {
  const [key] = footprint.keys;
  const where = key === undefined || key.size === 0 ? '' : ` where ${[...key].map(([column, value]) => `${column} = ${shownValue(value)}`).join(' and ')}`;
  const { reply } = access;
  if (reply === undefined || 'error' in reply) return `${footprint.table}${where}`;
  return `${footprint.table}${where} (${reply.rows.length === 0 ? 'no rows' : cut(rowsInWords(reply.fields, reply.rows), 80)})`;
}
