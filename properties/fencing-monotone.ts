import { fencedAccesses, firstStaleAccess, type StaleAccess } from '../models/accesses.js';
import { byKey } from '../models/by-key.js';
import type { History, OperationRecord } from '../models/history.js';
import { grantedToken, inMilliseconds } from '../models/history-fields.js';
import { operationsOf, returnOf } from '../models/operations.js';
import type { Property, Violation } from './property.js';

/**
 * What fencing tokens are worth, at both ends.
 *
 * Where they are granted: a token is larger than every token of its key whose grant was answered before this acquire was
 * asked for, and no two acquisitions share one. Where they are checked: once a resource has accepted a token, in a read or
 * a write, it accepts nothing older.
 *
 * A delayed write of an expired holder, accepted while no newer token has reached the resource, is no violation: a lock
 * alone cannot promise more.
 */
export const fencingMonotone: Property = {
  name: 'fencing-monotone',
  kind: 'always',
  claim: 'Tokens grow with every grant, and a resource that has accepted a token accepts nothing older.',
  check: (history) => grantViolation(history) ?? accessViolation(history),
};

interface Grant {
  readonly record: OperationRecord;
  readonly token: bigint;
}

function grantViolation(history: History): Violation | null {
  for (const acquires of byKey(operationsOf(history, 'acquire'), (record) => record.key).values()) {
    const grants = grantsAmong(acquires);
    const violation = repeatedToken(grants) ?? fallingToken(grants);
    if (violation !== null) return violation;
  }
  return null;
}

function grantsAmong(acquires: readonly OperationRecord[]): Grant[] {
  const grants: Grant[] = [];
  for (const record of acquires) {
    const token = record.status === 'ok' ? grantedToken(record) : null;
    if (token !== null) grants.push({ record, token });
  }
  return grants;
}

function repeatedToken(grants: readonly Grant[]): Violation | null {
  const owners = new Map<bigint, Grant>();
  for (const grant of grants) {
    const earlier = owners.get(grant.token);
    if (earlier !== undefined) {
      return {
        property: fencingMonotone.name,
        message: `${grant.record.process} (${granted(grant)}) got the same token ${grant.token} as ${earlier.record.process} (${granted(earlier)})`,
        event: grant.record.event,
        operations: [earlier.record.id, grant.record.id],
      };
    }
    owners.set(grant.token, grant);
  }
  return null;
}

function fallingToken(grants: readonly Grant[]): Violation | null {
  const answered = grants.toSorted((a, b) => returnOf(a.record) - returnOf(b.record));
  let newest: Grant | null = null;
  let next = 0;
  for (const grant of grants) {
    for (; next < answered.length; next += 1) {
      const earlier = answered[next];
      if (earlier === undefined || returnOf(earlier.record) >= grant.record.invoke) break;
      if (newest === null || earlier.token > newest.token) newest = earlier;
    }
    if (newest !== null && grant.token < newest.token) {
      return {
        property: fencingMonotone.name,
        message: `${grant.record.process} got token ${grant.token} (${granted(grant)}) after ${newest.record.process} had got the newer ${newest.token} (${granted(newest)})`,
        event: grant.record.event,
        operations: [newest.record.id, grant.record.id],
      };
    }
  }
  return null;
}

const granted = ({ record }: Grant): string => `operation ${record.id}, ${record.key} granted at ${inMilliseconds(returnOf(record))}`;

function accessViolation(history: History): Violation | null {
  for (const accesses of fencedAccesses(history).values()) {
    const pair = firstStaleAccess(accesses);
    if (pair !== null) return describe(pair);
  }
  return null;
}

function describe({ newer, stale }: StaleAccess): Violation {
  const { record } = stale;
  return {
    property: fencingMonotone.name,
    message:
      `${record.key} accepted a ${record.operation} of ${record.process} with token ${stale.token} (operation ${record.id}, sent at ${inMilliseconds(record.invoke)}) ` +
      `after it had accepted token ${newer.token} of ${newer.record.process} (operation ${newer.record.id}, answered at ${inMilliseconds(returnOf(newer.record))})`,
    event: record.event,
    operations: [newer.record.id, record.id],
  };
}
