import type { History, OperationRecord } from '../models/history.js';
import { inMilliseconds, leaseOf, validUntil } from '../models/history-fields.js';
import type { Property, Violation } from './property.js';

/** How late the end may be noticed: a timer is not exact, and a clock that speeds up makes it later still. */
const slackOf = (ttlMs: number): number => 50_000 + ttlMs * 250;

/**
 * The local deadline works: a lease that runs out aborts its signal though the server says nothing. Asked of leases that
 * have a signal, and only while their holder is awake: two moments at which it did something, both after the end, and no
 * loss told by the second, show that nobody was going to tell it.
 */
export const leaseEnds: Property = {
  name: 'lease-ends',
  kind: 'always',
  claim: 'A holder that is awake is told when its lease has run out.',
  check(history) {
    const activity = activityByProcess(history);
    let first: Violation | null = null;
    let firstAt = Infinity;
    for (const lease of leasesWithSignal(history)) {
      const times = activity.get(lease.acquire.process) ?? [];
      const slack = slackOf(Number(lease.acquire.args['ttlMs'] ?? 0));
      const awake = times.find((time) => time > lease.end + slack) ?? Infinity;
      const still = times.find((time) => time > awake + restOf(lease.acquire, slack)) ?? Infinity;
      if (still <= lease.over && still < lease.lostAt && still < firstAt) {
        first = describe(lease, still);
        firstAt = still;
      }
    }
    return first;
  },
};

/**
 * How far apart the two moments must be. A real process that was stopped in the middle of a turn of its event loop goes on
 * there when it wakes, and hears what the network has for it before its overdue timers: it is awake once it had time for both.
 */
const restOf = (acquire: OperationRecord, slack: number): number => (acquire.event === null ? slack : 0);

interface SignalledLease {
  readonly acquire: OperationRecord;
  /** Its end by the holder's clock, after all extensions. */
  end: number;
  lostAt: number;
  /** Release or crash. */
  over: number;
}

function leasesWithSignal(history: History): SignalledLease[] {
  const leases = new Map<number, SignalledLease>();
  for (const record of history.records) {
    if (record.type === 'occurrence') {
      const lost = record.occurrence === 'lost' && record.id !== undefined ? leases.get(record.id) : undefined;
      if (lost !== undefined) lost.lostAt = Math.min(lost.lostAt, record.at);
      if (record.occurrence !== 'crash') continue;
      for (const lease of leases.values()) if (lease.acquire.process === record.process && lease.over > record.at) lease.over = record.at;
    } else if (record.operation === 'acquire') {
      if (record.status === 'ok' && record.value['signal'] === true) {
        leases.set(record.id, { acquire: record, end: validUntil(record), lostAt: Infinity, over: Infinity });
      }
    } else {
      const lease = leases.get(leaseOf(record) ?? -1);
      if (lease === undefined) continue;
      if (record.operation === 'release') lease.over = Math.min(lease.over, record.invoke);
      if (record.operation === 'extend' && record.status === 'ok') lease.end = Math.max(lease.end, validUntil(record));
    }
  }
  return [...leases.values()];
}

/** When each process did something, in order. */
function activityByProcess(history: History): Map<string, number[]> {
  const activity = new Map<string, number[]>();
  for (const record of history.records) {
    if (record.type !== 'operation') continue;
    let times = activity.get(record.process);
    if (times === undefined) activity.set(record.process, (times = []));
    times.push(record.invoke);
    if (record.return !== undefined) times.push(record.return);
  }
  for (const times of activity.values()) times.sort((one, other) => one - other);
  return activity;
}

function describe({ acquire, end }: SignalledLease, still: number): Violation {
  return {
    property: leaseEnds.name,
    message: `${acquire.process}'s lease of ${acquire.key} (operation ${acquire.id}) ran out at ${inMilliseconds(end)}, and at ${inMilliseconds(still)} its holder still had not been told`,
    event: acquire.event,
    operations: [acquire.id],
  };
}
