import { fencedAccesses, firstStaleAccess } from '../models/accesses.js';
import { byKey } from '../models/by-key.js';
import type { OperationRecord } from '../models/history.js';
import { grantedToken, inMilliseconds, shownToken } from '../models/history-fields.js';
import { operationsOf, returnOf } from '../models/operations.js';
import type { Property, Violation } from './property.js';

/**
 * A guarded register in the lock's own store takes writes from the present owner only. It is asked only there, where one
 * atomic step can look at both: a resource elsewhere cannot know of a grant that has not reached it yet.
 *
 * By convention the register has the name of the lock's key. A write with a token is stale when a newer token had been
 * granted, and the answer received, before the write was sent; or when the register tells its own order and had accepted
 * a newer token by then. A write without a token is stale when, before it was sent, someone had got a grant that was
 * asked for after the writer's own (its process's latest) was received.
 */
export const noStaleWrite: Property = {
  name: 'no-stale-write',
  kind: 'always',
  claim: "A guarded write in the lock's own store is accepted only from the present owner, with its newest token.",
  check(history) {
    const granted = operationsOf(history, 'acquire').filter((record) => record.status === 'ok' && record.return !== undefined);
    const grantsOf = byKey(granted, (record) => record.key);
    const fenced = fencedAccesses(history);
    for (const [key, writes] of byKey(operationsOf(history, 'write'), (record) => record.key)) {
      const accepted = writes.filter((record) => record.status === 'ok');
      const superseded = firstSuperseded(accepted, grantsOf.get(key) ?? []);
      if (superseded !== null) return describeSuperseded(superseded);
      const pair = firstStaleAccess(fenced.get(key) ?? []);
      if (pair !== null) return violation(pair.stale.record, pair.newer.record, `after it had accepted the newer token ${pair.newer.token}`);
    }
    return null;
  },
};

interface Superseded {
  readonly write: OperationRecord;
  /** The grant that made the writer's own an old one. */
  readonly by: OperationRecord;
}

/** One pass in order of time; `writes` are sorted by invocation. */
function firstSuperseded(writes: readonly OperationRecord[], grants: readonly OperationRecord[]): Superseded | null {
  const answered = grants.toSorted((a, b) => returnOf(a) - returnOf(b));
  const ownGrant = new Map<string, OperationRecord>();
  let newestToken: OperationRecord | null = null;
  let lastAsked: OperationRecord | null = null;
  let next = 0;
  for (const write of writes) {
    for (; next < answered.length; next += 1) {
      const grant = answered[next];
      if (grant === undefined || returnOf(grant) >= write.invoke) break;
      if (isNewer(grant, newestToken)) newestToken = grant;
      if (lastAsked === null || grant.invoke > lastAsked.invoke) lastAsked = grant;
      ownGrant.set(grant.process, grant);
    }
    const token = shownToken(write);
    if (token !== null) {
      const newest = newestToken === null ? null : grantedToken(newestToken);
      if (newestToken !== null && newest !== null && token < newest) return { write, by: newestToken };
    } else {
      const own = ownGrant.get(write.process);
      if (own !== undefined && lastAsked !== null && lastAsked.invoke > returnOf(own)) return { write, by: lastAsked };
    }
  }
  return null;
}

function isNewer(grant: OperationRecord, than: OperationRecord | null): boolean {
  const token = grantedToken(grant);
  const other = than === null ? null : grantedToken(than);
  return token !== null && (other === null || token > other);
}

function describeSuperseded({ write, by }: Superseded): Violation {
  const token = grantedToken(by);
  return violation(
    write,
    by,
    `after ${by.process} had been granted the lock${token === null ? '' : ` with token ${token}`} at ${inMilliseconds(returnOf(by))}`,
  );
}

function violation(write: OperationRecord, newer: OperationRecord, why: string): Violation {
  const token = shownToken(write);
  const shown = token === null ? 'without a token' : `with token ${token}`;
  return {
    property: noStaleWrite.name,
    message: `${write.key} accepted a ${write.operation} of ${write.process} ${shown} (operation ${write.id}, sent at ${inMilliseconds(write.invoke)}) ${why} (operation ${newer.id})`,
    event: write.event,
    operations: [newer.id, write.id],
  };
}
