import { inMilliseconds, grantedToken, leaseOf, shownToken } from '../../history-fields.js';
import type { OperationRecord } from '../../history.js';
import { returnOf } from '../../operations.js';
import { EXPIRE } from '../implied-ends.js';
import { about, operationWords } from '../operation-words.js';
import { VALID, type ObjectVerdict } from '../sequential-model.js';
import { firstConflict } from './zones.js';

/** One grant, and all that was done under it. */
interface Turn {
  readonly acquire: OperationRecord;
  readonly token: bigint | null;
  /** The earliest time at which something may have ended it. */
  mayEnd: number;
  /** The latest time at which its holder acted as such: it had not ended before. */
  lastUse: OperationRecord | null;
  /** The return of its release: it had ended by then. */
  released: number;
}

/**
 * Whether the grants of a lock can have been one after the other: in the order of their tokens where they have any, else in
 * any order. Null for histories in which some grants have tokens and others not, or that no client in its right mind makes.
 */
export function lockShortcut(operations: readonly OperationRecord[]): ObjectVerdict | null {
  const turns = turnsOf(operations);
  if (turns === null || !Array.isArray(turns)) return turns;
  for (const { lastUse, released } of turns) {
    if (lastUse !== null && lastUse.invoke > released)
      return invalid(`${operationWords(lastUse)} was ok, though the lease had been given back before`, [lastUse]);
  }
  if (turns.every(({ token }) => token === null)) return inAnyOrder(turns);
  return turns.every(({ token }) => token !== null) ? byToken(turns) : null;
}

function turnsOf(operations: readonly OperationRecord[]): Turn[] | ObjectVerdict | null {
  const turns = new Map<number | null, Turn>();
  const byToken = new Map<bigint, Turn>();
  for (const acquire of operations) {
    if (acquire.operation !== 'acquire' || acquire.status !== 'ok') continue;
    const token = grantedToken(acquire);
    const turn = { acquire, token, mayEnd: Infinity, lastUse: null, released: Infinity };
    turns.set(acquire.id, turn);
    if (token === null) continue;
    const same = byToken.get(token);
    if (same !== undefined) return sameToken(same.acquire, acquire);
    byToken.set(token, turn);
  }
  for (const record of operations) {
    const { operation, status, invoke } = record;
    if (operation === 'acquire' || status === 'refused') continue;
    const turn = operation === 'write' ? byToken.get(shownToken(record) ?? -1n) : turns.get(leaseOf(record));
    if (turn === undefined) {
      if (status === 'ok') return null;
      continue;
    }
    if (operation === EXPIRE) {
      turn.mayEnd = Math.min(turn.mayEnd, invoke);
      continue;
    }
    if (invoke < returnOf(turn.acquire)) return null;
    if (operation === 'release') {
      // In the very moment of the grant: taken by itself it may have come before it, and have given back nothing.
      if (invoke === returnOf(turn.acquire)) return null;
      turn.mayEnd = Math.min(turn.mayEnd, invoke);
      if (status === 'ok') turn.released = Math.min(turn.released, returnOf(record));
    } else if (status === 'ok' && (turn.lastUse === null || invoke > turn.lastUse.invoke)) {
      turn.lastUse = record;
    }
  }
  return [...turns.values()];
}

/** When it certainly had not ended yet, if it had begun before. */
const heldUntil = ({ acquire, mayEnd, lastUse }: Turn): number => Math.max(acquire.invoke, mayEnd, lastUse?.invoke ?? 0);

function inAnyOrder(turns: readonly Turn[]): ObjectVerdict {
  const conflict = firstConflict(turns.map((owner) => ({ begun: returnOf(owner.acquire), ended: heldUntil(owner), owner })));
  if (conflict === null) return VALID;
  const [one, other] = conflict.map(({ owner }) => owner).sort((a, b) => returnOf(a.acquire) - returnOf(b.acquire)) as [Turn, Turn];
  return both(one, other);
}

/** Each as early as it can be: that leaves most room for the next. */
function byToken(turns: readonly Turn[]): ObjectVerdict {
  let free = -Infinity;
  let before: Turn | null = null;
  for (const turn of turns.toSorted((one, other) => ((one.token ?? 0n) < (other.token ?? 0n) ? -1 : 1))) {
    const { acquire } = turn;
    if (before !== null && free > returnOf(acquire)) return before.acquire.invoke > returnOf(acquire) ? olderToken(turn, before) : both(before, turn);
    const begun = Math.max(free, acquire.invoke);
    const ended = Math.max(begun, heldUntil(turn));
    // What pushes the next ones back is the turn that ends last.
    if (ended > free || before === null) before = turn;
    free = ended;
  }
  return VALID;
}

function both(holder: Turn, second: Turn): ObjectVerdict {
  const until = heldUntil(holder);
  const end = until === Infinity ? 'had not given it back' : `held it until ${inMilliseconds(until)} at least`;
  const reason =
    `${about(holder.acquire.key)}${operationWords(second.acquire)} was granted, though ` +
    `${holder.acquire.process} ${end}, by ${operationWords(holder.acquire)}; it could be granted to nobody before that`;
  return invalid(reason, [holder.acquire, second.acquire]);
}

function sameToken(one: OperationRecord, other: OperationRecord): ObjectVerdict {
  return invalid(`${about(one.key)}${operationWords(other)} got the same token as ${operationWords(one)}; it had to be a new one`, [one, other]);
}

function olderToken(newer: Turn, older: Turn): ObjectVerdict {
  const reason =
    `${about(older.acquire.key)}${operationWords(older.acquire)} got a token that is older than ` +
    `${String(newer.token)}, which ${newer.acquire.process} had by then, by ${operationWords(newer.acquire)}; it had to be above`;
  return invalid(reason, [newer.acquire, older.acquire]);
}

function invalid(reason: string, operations: readonly OperationRecord[]): ObjectVerdict {
  return { verdict: 'invalid', reason, operations };
}
