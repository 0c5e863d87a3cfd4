import { byKey } from '../models/by-key.js';
import type { History, OccurrenceRecord, OperationRecord } from '../models/history.js';
import { inMilliseconds } from '../models/history-fields.js';
import { leaseIntervals, type LeaseInterval } from '../models/leases.js';
import { operationsOf } from '../models/operations.js';
import type { Property, Violation } from './property.js';

/**
 * Once the faults are over, a lock that nobody holds goes to somebody who waits for it.
 *
 * Two things are asked of the time after `heal`. No acquire of a living process is without an answer at the `end`. And the
 * time in which somebody waits for a key that nobody validly holds, counted from one grant to the next, stays within
 * `PATIENCE_TTLS` ttls and `PATIENCE_MS`: the lease of a holder that died has to run out, its waiters to notice, and lost
 * requests to time out. Refusals are no progress: clients that give up and come again wait on.
 *
 * Clients of these histories hold one key at a time, so a cycle of waiting cannot come about; what this finds are keys
 * that stay locked. A history that was cut off (no `heal`, or no `end`) is not judged.
 */
export const deadlockFreedom: Property = {
  name: 'deadlock-freedom',
  kind: 'eventually',
  claim: 'After the faults every acquire ends, and a key that nobody holds is granted to a waiter in bounded time.',
  check(history) {
    const heal = lastOccurrence(history, 'heal');
    const end = lastOccurrence(history, 'end');
    if (heal === undefined || end === undefined) return null;
    const waits = waitsIn(history, heal.at, end.at);
    return firstStuck(history, waits, heal.at) ?? firstUnanswered(waits, end);
  },
};

/** How long a free key may have waiters after the faults, without a grant: this many ttls (`params.ttlMs`)... */
export const PATIENCE_TTLS = 3;
/** ...and this many milliseconds. */
export const PATIENCE_MS = 1000;

/** An acquire on its way, from `from` to `to`. */
interface Wait {
  readonly acquire: OperationRecord;
  readonly from: number;
  readonly to: number;
  readonly answered: boolean;
}

function lastOccurrence({ records }: History, kind: OccurrenceRecord['occurrence']): OccurrenceRecord | undefined {
  return records.findLast((record): record is OccurrenceRecord => record.type === 'occurrence' && record.occurrence === kind);
}

/** The acquires that were on their way after `heal`; a crash of its process ends an acquire. */
function waitsIn(history: History, heal: number, end: number): Wait[] {
  const crashes = byKey(
    history.records.filter((record): record is OccurrenceRecord => record.type === 'occurrence' && record.occurrence === 'crash'),
    (record) => record.process,
  );
  const waits: Wait[] = [];
  for (const acquire of operationsOf(history, 'acquire')) {
    const crash = acquire.return === undefined ? crashes.get(acquire.process)?.find((record) => record.at >= acquire.invoke) : undefined;
    const to = acquire.return ?? crash?.at ?? end;
    if (to > heal) waits.push({ acquire, from: Math.max(acquire.invoke, heal), to, answered: acquire.return !== undefined || crash !== undefined });
  }
  return waits;
}

function firstUnanswered(waits: readonly Wait[], end: OccurrenceRecord): Violation | null {
  const wait = waits.find(({ answered }) => !answered);
  if (wait === undefined) return null;
  const { acquire } = wait;
  return {
    property: deadlockFreedom.name,
    message: `${acquire.process} still waited for ${acquire.key} (operation ${acquire.id}, asked for at ${inMilliseconds(acquire.invoke)}) at the end, at ${inMilliseconds(end.at)}`,
    event: end.event,
    operations: [acquire.id],
  };
}

function firstStuck(history: History, waits: readonly Wait[], heal: number): Violation | null {
  const ttlMs = history.params['ttlMs'];
  if (ttlMs === undefined) return null;
  const bound = (PATIENCE_TTLS * ttlMs + PATIENCE_MS) * 1000;
  const held = byKey(leaseIntervals(history), (interval) => interval.acquire.key);
  for (const [key, list] of byKey(waits, (wait) => wait.acquire.key)) {
    const stuck = longWait(list, held.get(key) ?? [], heal, bound);
    if (stuck === null) continue;
    return {
      property: deadlockFreedom.name,
      message:
        `${stuck.waiters.map((acquire) => acquire.process).join(', ')} waited for ${key}, which nobody held, ${inMilliseconds(bound)} without a grant: ` +
        `from ${inMilliseconds(stuck.since)} to ${inMilliseconds(stuck.at)}, after the faults were over at ${inMilliseconds(heal)}`,
      event: stuck.waiters.at(-1)?.event ?? null,
      operations: stuck.waiters.map((acquire) => acquire.id),
    };
  }
  return null;
}

interface Stuck {
  readonly since: number;
  readonly at: number;
  readonly waiters: readonly OperationRecord[];
}

/** A change of who waits or holds. */
interface Change {
  readonly at: number;
  readonly waiter?: { readonly acquire: OperationRecord; readonly begins: boolean };
  readonly holders?: 1 | -1;
}

/** Adds up the time in which there are waiters and no holder, from one grant to the next, until it passes the bound. */
function longWait(waits: readonly Wait[], held: readonly LeaseInterval[], heal: number, bound: number): Stuck | null {
  const waiting = new Map<number, OperationRecord>();
  let holders = 0;
  let spent = 0;
  let since = heal;
  let now = heal;
  for (const change of changes(waits, held)) {
    const stuck = waiting.size > 0 && holders === 0 && change.at > now;
    if (stuck) {
      if (spent === 0) since = now;
      spent += change.at - now;
      if (spent > bound) return { since, at: change.at - (spent - bound), waiters: [...waiting.values()] };
    }
    now = Math.max(now, change.at);
    const granted = change.waiter?.begins === false && change.waiter.acquire.status === 'ok';
    if (change.waiter?.begins === true) waiting.set(change.waiter.acquire.id, change.waiter.acquire);
    else if (change.waiter !== undefined) waiting.delete(change.waiter.acquire.id);
    holders += change.holders ?? 0;
    if (granted || holders > 0) spent = 0;
  }
  return null;
}

function changes(waits: readonly Wait[], held: readonly LeaseInterval[]): Change[] {
  const list: Change[] = [];
  for (const { acquire, from, to } of waits) {
    list.push({ at: from, waiter: { acquire, begins: true } }, { at: to, waiter: { acquire, begins: false } });
  }
  for (const { from, to } of held) list.push({ at: from, holders: 1 }, { at: to, holders: -1 });
  return list.sort((a, b) => a.at - b.at);
}
