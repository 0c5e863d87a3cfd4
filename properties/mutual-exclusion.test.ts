import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { History, OperationRecord } from '../models/history.js';
import { anyLeases, isValidAt, leasesInTurn, turn } from '../test/support/arbitrary-leases.js';
import { HistoryBuilder } from '../test/support/history-builder.js';
import { mutualExclusion } from './mutual-exclusion.js';

test('leases by turns are fine, also when one begins in the instant in which the last one ends', () => {
  fc.assert(
    fc.property(fc.array(turn), (turns) => {
      expect(mutualExclusion.check(leasesInTurn(turns).history.build())).toBeNull();
    }),
  );
});

test('an intruder is caught wherever it comes in', () => {
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1 }), fc.nat(), fc.nat(), (turns, which, where) => {
      const { history, ids } = leasesInTurn(turns);
      const host = ids[which % ids.length];
      const lease = history.build().records.find((record): record is OperationRecord => record.type === 'operation' && record.id === host);
      const from = Number(lease?.return) / 1000;
      const at = from + (where % Number(turns[which % ids.length]?.hold));
      const intruder = history.acquire('intruder', [at, at], { until: at + 0.5 });
      const violation = mutualExclusion.check(history.build());
      expect(violation?.operations).toContain(intruder);
    }),
  );
});

test('the verdict is that of a look at every instant', () => {
  fc.assert(
    fc.property(anyLeases, (history) => {
      expect(mutualExclusion.check(history) === null).toBe(!sharedSomewhere(history));
    }),
    { numRuns: 500 },
  );
});

test('other keys, and another lease of the same holder', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 1], { until: 10, key: 'k' });
  history.acquire('c2', [0, 1], { until: 10, key: 'l' });
  expect(mutualExclusion.check(history.build())).toBeNull();
  history.acquire('c1', [5, 6], { until: 10, key: 'k' });
  expect(mutualExclusion.check(history.build())).not.toBeNull();
});

test('work after the end is not a lease: a late release and a late write are no violation', () => {
  const history = new HistoryBuilder();
  const first = history.acquire('c1', [0, 1], { until: 10 });
  history.acquire('c2', [9, 10], { until: 20 });
  history.operation('c1', 'write', 'k', [15, 16]);
  history.release('c1', first, [17, 18]);
  expect(mutualExclusion.check(history.build())).toBeNull();
});

test('an extension that revives a lease which someone else has by now is the violation', () => {
  const history = new HistoryBuilder();
  const first = history.acquire('c1', [0, 1], { until: 10 });
  history.acquire('c2', [11, 12], { until: 22 });
  const revival = history.extend('c1', first, [9, 13], 19);
  expect(mutualExclusion.check(history.build())).toEqual({
    property: 'mutual-exclusion',
    message: 'c1 was told that it had extended k (operation 2) at 13 ms while c2 (operation 1) held it from 12 ms until 22 ms',
    event: 2,
    operations: [1, revival],
  });
});

test('the message tells who, when and how long', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 1.25]);
  history.acquire('c2', [3, 4], { until: 9 });
  expect(mutualExclusion.check(history.build())?.message).toBe(
    'c2 was granted k (operation 1) at 4 ms while c1 (operation 0) held it from 1.25 ms until it would release it',
  );
});

function sharedSomewhere(history: History): boolean {
  const acquires = history.records.filter((record): record is OperationRecord => record.type === 'operation' && record.operation === 'acquire');
  for (let t = 0; t <= 70_000; t += 500) {
    const held = acquires.filter((acquire) => isValidAt(history, acquire, t)).map((acquire) => acquire.key);
    if (new Set(held).size < held.length) return true;
  }
  return false;
}
