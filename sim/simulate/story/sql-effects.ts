import { sqlStatements } from '../sql-parser.js';
import type { SqlAccess } from './sql-conversation.js';
import { areSame, type Footprint, footprintOf } from './sql-footprint.js';

/** A statement that read, or wrote and was committed. */
export interface SqlEffect {
  readonly access: SqlAccess;
  readonly footprint: Footprint;
  /** What it belongs to: statements of one transaction have one unit. */
  readonly unit: object;
  /** When its transaction was committed, true microseconds; null: by itself. */
  readonly committedAt: number | null;
}

interface OpenTransaction {
  readonly unit: object;
  writes: Omit<SqlEffect, 'committedAt'>[];
  readonly savepoints: { readonly name: string; readonly writes: number }[];
}

/**
 * What statements did, from how they were answered, in that order: reads when they read, writes when everybody could see
 * them. What was rolled back, or never committed, is not among them.
 */
export function sqlEffectsOf(answered: readonly SqlAccess[]): SqlEffect[] {
  const effects: SqlEffect[] = [];
  const open = new Map<number, OpenTransaction>();
  for (const access of answered) {
    const { reply, connection } = access;
    const node = sqlStatements(access.sql)[0]?.node ?? null;
    if (reply === undefined || 'error' in reply || node === null || access.isUndone) continue;
    const transaction = open.get(connection);
    if ('TransactionStmt' in node) {
      const { kind, savepoint_name: name = '' } = node.TransactionStmt;
      if (reply.tag === 'BEGIN' || reply.tag === 'START TRANSACTION') open.set(connection, transaction ?? { unit: {}, writes: [], savepoints: [] });
      else if (kind === 'TRANS_STMT_SAVEPOINT') transaction?.savepoints.push({ name, writes: transaction.writes.length });
      else if (kind === 'TRANS_STMT_ROLLBACK_TO') undo(transaction, name);
      else if (kind === 'TRANS_STMT_COMMIT' || kind === 'TRANS_STMT_ROLLBACK') {
        // A COMMIT of a transaction that has failed is answered by ROLLBACK.
        if (reply.tag === 'COMMIT') effects.push(...(transaction?.writes ?? []).map((write) => ({ ...write, committedAt: access.time })));
        open.delete(connection);
      }
      continue;
    }
    const footprint = footprintOf(node, access.params);
    if (footprint === null || didNothing(footprint, reply.tag)) continue;
    const effect = { access, footprint: withRows(footprint, reply), unit: transaction?.unit ?? {} };
    if (footprint.kind === 'read') {
      // It found again what its own transaction had written: nobody else can have come between.
      if (transaction === undefined || !transaction.writes.some((write) => touchSame(effect.footprint, write.footprint)))
        effects.push({ ...effect, committedAt: null });
    } else if (transaction === undefined) effects.push({ ...effect, committedAt: null });
    else transaction.writes.push(effect);
  }
  return effects;
}

function undo(transaction: OpenTransaction | undefined, name: string): void {
  const at = transaction?.savepoints.findLastIndex((savepoint) => savepoint.name === name) ?? -1;
  const savepoint = transaction?.savepoints[at];
  if (transaction === undefined || savepoint === undefined) return;
  transaction.writes = transaction.writes.slice(0, savepoint.writes);
  transaction.savepoints.splice(at + 1);
}

const didNothing = ({ kind }: Footprint, tag: string): boolean => kind !== 'read' && / 0$/.test(tag);

/** The rows that were given say more than the text does. */
function withRows(
  footprint: Footprint,
  { fields, rows }: { readonly fields: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] },
): Footprint {
  const { keys, columns } = footprint;
  const given = rows.map((row) => {
    const [where] = keys;
    const known = new Map(keys.length === 1 && where !== undefined ? where : []);
    for (const [at, name] of fields.entries()) {
      const value = row[at] ?? null;
      // Of a read only columns that are given as they are; an alias might be anything.
      if (value !== null && (columns === null || columns.has(name))) known.set(name, value);
    }
    return known;
  });
  if (footprint.kind === 'read') return { ...footprint, keys: [...keys, ...given.filter((key) => key.size > 0)] };
  return footprint;
}

/** Whether two statements concern a row in common, for certain. */
export const touchSame = (one: Footprint, other: Footprint): boolean =>
  one.table === other.table && one.keys.some((key) => other.keys.some((another) => areSame(key, another)));
