import type { History, HistoryRecord, OperationRecord } from './history.js';
import { leaseOf, shownToken, validUntil } from './history-fields.js';
import { returnOf } from './operations.js';

/**
 * The transitions of `fenced-lease-lock` that a history can show: its actions, by what came of them. What the model leaves open
 * (who is late, whose lease ran out) is what code is most easily wrong about, so a campaign tells which of them it never saw.
 */
export const lockTransitionNames = [
  'Acquire: granted',
  'Acquire: granted after a lease that was not given back',
  'Acquire: not possible, and refused',
  'Enter',
  'GiveUp',
  'Send: in its lease',
  'Send: after its lease',
  'Exit: in its lease',
  'Exit: after its lease',
  "Deliver: the holder's is accepted",
  'Deliver: late, and accepted',
  'Deliver: late, and refused',
  'Lose: no answer came',
  'Tick: a lease ends',
] as const;

export type LockTransition = (typeof lockTransitionNames)[number];

/**
 * How often a history shows each of them. A lease is over, for its holder, at the end that its own clock tells, or when its
 * signal aborts; `Enter` is the first write under a lease, `GiveUp` the loss of one under which none was sent and none will be.
 * Writes are those to the register of the lock's own key. A write without an answer counts as lost: it may have arrived.
 */
export function lockTransitions(history: History): Map<LockTransition, number> {
  const counts = new Map<LockTransition, number>();
  const show = (name: LockTransition): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  const leases = new Leases();
  const inOrder = history.records.map((record) => ({ record, at: momentOf(record) })).sort((one, other) => one.at - other.at);
  for (const { record } of inOrder) for (const name of shownBy(record, leases)) show(name);
  for (const lease of leases.all) if (lease.isLost && !lease.hasWritten && !lease.isReleased && !lease.hasCrashed) show('GiveUp');
  return counts;
}

/** A lease changes when its holder is told; all else counts from when it is asked for. */
function momentOf(record: HistoryRecord): number {
  if (record.type === 'occurrence') return record.at;
  return record.operation === 'acquire' || record.operation === 'extend' ? returnOf(record) : record.invoke;
}

function shownBy(record: HistoryRecord, leases: Leases): readonly LockTransition[] {
  if (record.type === 'occurrence') {
    if (record.occurrence === 'crash') leases.forgetWork(record.process);
    return record.occurrence === 'lost' && leases.lose(record.id, record.at) ? ['Tick: a lease ends'] : [];
  }
  switch (record.operation) {
    case 'acquire':
      return acquired(record, leases);
    case 'extend':
      leases.extend(record);
      return [];
    case 'release':
      return released(record, leases);
    case 'write':
      return written(record, leases);
    default:
      return [];
  }
}

function acquired(acquire: OperationRecord, leases: Leases): readonly LockTransition[] {
  if (acquire.status === 'refused') return ['Acquire: not possible, and refused'];
  if (acquire.status !== 'ok') return [];
  const before = leases.add(acquire);
  return [before !== undefined && !before.isReleased ? 'Acquire: granted after a lease that was not given back' : 'Acquire: granted'];
}

function released(release: OperationRecord, leases: Leases): readonly LockTransition[] {
  const lease = leases.byId(leaseOf(release));
  if (lease === undefined || lease.isReleased) return [];
  lease.isReleased = true;
  if (release.invoke < lease.end) return ['Exit: in its lease'];
  return lease.isLost ? ['Exit: after its lease'] : ['Exit: after its lease', 'Tick: a lease ends'];
}

function written(write: OperationRecord, leases: Leases): readonly LockTransition[] {
  const lease = leases.of(write);
  if (lease === undefined) return [];
  const entered: readonly LockTransition[] = lease.hasWritten ? [] : ['Enter'];
  lease.hasWritten = true;
  const isInTime = write.invoke < lease.end;
  return [...entered, isInTime ? 'Send: in its lease' : 'Send: after its lease', ...delivered(write, isInTime)];
}

function delivered({ status, value }: OperationRecord, isInTime: boolean): readonly LockTransition[] {
  if (status === 'unknown') return ['Lose: no answer came'];
  if (status === 'ok') return [isInTime ? "Deliver: the holder's is accepted" : 'Deliver: late, and accepted'];
  return value['reason'] === 'not-holder' || value['reason'] === 'stale-token' ? ['Deliver: late, and refused'] : [];
}

interface Lease {
  readonly process: string;
  /** True microseconds. */
  end: number;
  isLost: boolean;
  isReleased: boolean;
  hasWritten: boolean;
  /** Whether its process died: what it would have done, nobody knows. */
  hasCrashed: boolean;
}

/** The leases of a history, as far as it has been read. */
class Leases {
  private readonly ids = new Map<number, Lease>();
  private readonly tokens = new Map<string, Lease>();
  /** The last lease of each key, and of each process on it. */
  private readonly last = new Map<string, Lease>();

  get all(): Iterable<Lease> {
    return this.ids.values();
  }

  byId(id: number | null | undefined): Lease | undefined {
    return id === null || id === undefined ? undefined : this.ids.get(id);
  }

  /** Gives the lease of the same key that was granted before. */
  add(acquire: OperationRecord): Lease | undefined {
    const { id, key, process, value } = acquire;
    const lease: Lease = { process, end: validUntil(acquire), isLost: false, isReleased: false, hasWritten: false, hasCrashed: false };
    const before = this.last.get(key);
    this.ids.set(id, lease);
    if (typeof value['token'] === 'string') this.tokens.set(`${key} ${value['token']}`, lease);
    this.last.set(key, lease);
    this.last.set(`${key} ${process}`, lease);
    return before;
  }

  extend(extension: OperationRecord): void {
    const lease = this.byId(leaseOf(extension));
    if (lease !== undefined && extension.status === 'ok') lease.end = Math.max(lease.end, validUntil(extension));
  }

  /** Whether that is news. */
  lose(id: number | undefined, at: number): boolean {
    const lease = this.byId(id);
    if (lease === undefined || lease.isLost) return false;
    lease.isLost = true;
    lease.end = Math.min(lease.end, at);
    return true;
  }

  /** A process died: it decides nothing any more about the leases that it had. */
  forgetWork(process: string): void {
    for (const lease of this.ids.values()) if (lease.process === process) lease.hasCrashed = true;
  }

  /** The lease that a write shows, or, where leases have no tokens, its process's last one. */
  of(write: OperationRecord): Lease | undefined {
    const token = shownToken(write);
    return token === null ? this.last.get(`${write.key} ${write.process}`) : this.tokens.get(`${write.key} ${token}`);
  }
}
