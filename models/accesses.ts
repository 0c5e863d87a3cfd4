import type { History, OperationRecord } from './history.js';
import { sequenceOf, shownToken } from './history-fields.js';
import { returnOf } from './operations.js';

/** A resource's answer "accepted" to someone who showed a fencing token. */
export interface FencedAccess {
  readonly record: OperationRecord;
  readonly token: bigint;
  /** Its place in the resource's own order; null where the resource keeps none. */
  readonly sequence: number | null;
}

const accesses: ReadonlySet<string> = new Set(['read', 'write', 'take', 'sell']);

/**
 * The accepted accesses that showed a token, by resource, each list in order of invocation. A repeated request that was
 * answered out of the resource's memory (`value.repeated`) is none: nobody looked at its token.
 */
export function fencedAccesses(history: History): Map<string, FencedAccess[]> {
  const byResource = new Map<string, FencedAccess[]>();
  for (const record of history.records) {
    if (record.type !== 'operation' || record.status !== 'ok' || !accesses.has(record.operation)) continue;
    const token = record.value['repeated'] === true ? null : shownToken(record);
    if (token === null) continue;
    const access = { record, token, sequence: sequenceOf(record) };
    const others = byResource.get(record.key);
    if (others === undefined) byResource.set(record.key, [access]);
    else others.push(access);
  }
  return byResource;
}

/** Two accesses, of which the later one should have been refused. */
export interface StaleAccess {
  readonly newer: FencedAccess;
  readonly stale: FencedAccess;
}

/**
 * The first access to one resource that was accepted after the resource had accepted a newer token.
 *
 * "After" is the resource's own order where it tells it. An access without a place in that order is compared in real time:
 * it is after those that were answered before it was asked for.
 */
export function firstStaleAccess(list: readonly FencedAccess[]): StaleAccess | null {
  return staleInSequence(list) ?? staleInRealTime(list);
}

function staleInSequence(list: readonly FencedAccess[]): StaleAccess | null {
  // Of those at one place the older goes first, so that they are compared with what was there before only.
  const placed = list
    .filter((access) => access.sequence !== null)
    .sort((a, b) => Number(a.sequence) - Number(b.sequence) || (a.token < b.token ? -1 : Number(a.token > b.token)));
  let newest: FencedAccess | null = null;
  for (const access of placed) {
    if (newest !== null && access.token < newest.token) return { newer: newest, stale: access };
    if (newest === null || access.token > newest.token) newest = access;
  }
  return null;
}

function staleInRealTime(list: readonly FencedAccess[]): StaleAccess | null {
  const answered = list.toSorted((a, b) => returnOf(a.record) - returnOf(b.record));
  let newest: FencedAccess | null = null;
  let next = 0;
  for (const access of list) {
    for (; next < answered.length; next += 1) {
      const earlier = answered[next];
      if (earlier === undefined || returnOf(earlier.record) >= access.record.invoke) break;
      if (newest === null || earlier.token > newest.token) newest = earlier;
    }
    if (access.sequence === null && newest !== null && access.token < newest.token) return { newer: newest, stale: access };
  }
  return null;
}
