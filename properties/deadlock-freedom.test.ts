import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { History, OperationRecord } from '../models/history.js';
import { anyLeases, isValidAt, leasesInTurn, turn } from '../test/support/arbitrary-leases.js';
import { HistoryBuilder } from '../test/support/history-builder.js';
import { deadlockFreedom, PATIENCE_MS, PATIENCE_TTLS } from './deadlock-freedom.js';

const ttlMs = 10;
const bound = PATIENCE_TTLS * ttlMs + PATIENCE_MS;

test('a lock that goes round is fine, whenever the faults end', () => {
  fc.assert(
    fc.property(fc.array(turn), fc.nat({ max: 100 }), (turns, heal) => {
      const { history } = leasesInTurn(turns);
      history.occurrence('heal', heal).occurrence('end', 2000);
      expect(deadlockFreedom.check(history.build({ ttlMs }))).toBeNull();
    }),
  );
});

test('a waiter without an answer at the end is caught, unless its process died', () => {
  fc.assert(
    fc.property(fc.array(turn), fc.nat({ max: 300 }), (turns, from) => {
      const { history } = leasesInTurn(turns);
      const forgotten = history.acquire('c9', [from]);
      history.occurrence('heal', 200).occurrence('end', 400);
      expect(deadlockFreedom.check(history.build({ ttlMs }))).toMatchObject({ property: 'deadlock-freedom', operations: [forgotten] });
      history.occurrence('crash', from, 'c9');
      expect(deadlockFreedom.check(history.build({ ttlMs }))).toBeNull();
    }),
  );
});

test('the message about a forgotten waiter', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [3]);
  history.occurrence('heal', 5).occurrence('end', 9);
  expect(deadlockFreedom.check(history.build({ ttlMs }))).toEqual({
    property: 'deadlock-freedom',
    message: 'c1 still waited for k (operation 0, asked for at 3 ms) at the end, at 9 ms',
    event: null,
    operations: [0],
  });
});

test('a free key may have waiters for the whole bound, but no longer', () => {
  const waitFor = (ms: number) => {
    const history = new HistoryBuilder();
    history.acquire('c1', [50, 100 + ms]);
    history.occurrence('heal', 100).occurrence('end', 5000);
    return deadlockFreedom.check(history.build({ ttlMs }));
  };
  expect(waitFor(bound)).toBeNull();
  expect(waitFor(bound + 0.001)).toEqual({
    property: 'deadlock-freedom',
    message: 'c1 waited for k, which nobody held, 1030 ms without a grant: from 100 ms to 1130 ms, after the faults were over at 100 ms',
    event: 0,
    operations: [0],
  });
});

test('refusals are no progress: whoever gives up and comes again waits on', () => {
  const history = new HistoryBuilder();
  for (let at = 0; at < 2000; at += 100) history.operation('c1', 'acquire', 'k', [at, at + 99], { status: 'refused', value: { reason: 'held' } });
  history.occurrence('heal', 0).occurrence('end', 5000);
  expect(deadlockFreedom.check(history.build({ ttlMs }))).not.toBeNull();
});

test('a grant is progress, also one that was over before it was heard of', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 700], { until: 600 });
  history.acquire('c2', [0, 1500], { until: 1510 });
  history.occurrence('heal', 0).occurrence('end', 5000);
  expect(deadlockFreedom.check(history.build({ ttlMs }))).toBeNull();
});

test('to hold a lease for long is not the fault of the lock; to die with it, without an end, is', () => {
  const holdAndWait = (dies: boolean): History => {
    const history = new HistoryBuilder();
    const held = history.acquire('c1', [0, 1]);
    if (dies) history.occurrence('crash', 2, 'c1');
    else history.release('c1', held, [3000, 3001]);
    history.acquire('c2', [2, 3002]);
    return history.occurrence('heal', 10).occurrence('end', 5000).build({ ttlMs });
  };
  expect(deadlockFreedom.check(holdAndWait(false))).toBeNull();
  expect(deadlockFreedom.check(holdAndWait(true))?.message).toContain('c2 waited for k, which nobody held');
});

test('a waiter that died waits no more, however long the run goes on', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [5]);
  history.occurrence('heal', 0).occurrence('crash', 9, 'c1').occurrence('end', 9000);
  expect(deadlockFreedom.check(history.build({ ttlMs }))).toBeNull();
});

test('a history that was cut off is not judged, nor is waiting during the faults', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 4000], { until: 4010 });
  expect(deadlockFreedom.check(history.build({ ttlMs }))).toBeNull();
  history.occurrence('heal', 3900).occurrence('end', 5000);
  expect(deadlockFreedom.check(history.build({ ttlMs }))).toBeNull();
});

test('the verdict is that of a walk through every half millisecond', () => {
  fc.assert(
    fc.property(anyLeases, fc.integer({ min: 0, max: 40 }), (history, heal) => {
      const stretched = withEnd(history, heal);
      expect(deadlockFreedom.check(stretched) === null).toBe(longestWait(stretched, heal * STRETCH) <= bound);
    }),
    { numRuns: 300 },
  );
});

/** So much longer that the short waits of `anyLeases` come near the bound. */
const STRETCH = 200;

function withEnd(history: History, heal: number): History {
  const stretch = (value: unknown): unknown => (typeof value === 'number' ? value * STRETCH : value);
  const records = history.records.map((record) =>
    record.type === 'occurrence'
      ? { ...record, at: record.at * STRETCH }
      : {
          ...record,
          invoke: record.invoke * STRETCH,
          ...(record.return === undefined ? {} : { return: record.return * STRETCH }),
          value: { ...record.value, validUntil: (stretch(record.value['validUntil']) ?? null) as number | null },
        },
  );
  const at = heal * 1000 * STRETCH;
  const before = records.filter((record) => (record.type === 'operation' ? record.invoke : record.at) <= at);
  const occurrence = (kind: 'heal' | 'end', when: number) => ({ type: 'occurrence', occurrence: kind, process: 'world', at: when, event: null }) as const;
  return { ...history, params: { ttlMs }, records: [...before, occurrence('heal', at), ...records.slice(before.length), occurrence('end', 100_000_000)] };
}

/** In milliseconds: the longest stretch, from grant to grant, of half-milliseconds (unstretched) with a waiter and no holder. */
function longestWait(history: History, heal: number): number {
  let longest = 0;
  for (const key of ['k', 'l']) {
    const acquires = history.records.filter(
      (record): record is OperationRecord => record.type === 'operation' && record.operation === 'acquire' && record.key === key,
    );
    let spent = 0;
    for (let step = 0; step < 160; step += 1) {
      const t = (step / 2) * 1000 * STRETCH;
      if (acquires.some((acquire) => acquire.return === t) || acquires.some((acquire) => isValidAt(history, acquire, t))) spent = 0;
      else if (t < heal * 1000) continue;
      const waited = acquires.some((acquire) => acquire.invoke <= t && t < Number(acquire.return));
      if (t >= heal * 1000 && waited && !acquires.some((acquire) => isValidAt(history, acquire, t))) spent += STRETCH / 2;
      longest = Math.max(longest, spent);
    }
  }
  return longest;
}
