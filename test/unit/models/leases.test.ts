import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leaseIntervals } from '../../../models/leases.js';
import { anyLeases, isValidAt } from '../../support/arbitrary-leases.js';
import { HistoryBuilder } from '../../support/history-builder.js';

const spans = (history: HistoryBuilder): (readonly [number, number])[] => leaseIntervals(history.build()).map(({ from, to }) => [from / 1000, to / 1000]);

test("a lease is valid from its answer to the end by its holder's clock", () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [1, 3], { until: 10 });
  expect(spans(history)).toEqual([[3, 10]]);
});

test('a lease without an end lasts until it is given back', () => {
  const history = new HistoryBuilder();
  const lease = history.acquire('c1', [1, 3]);
  expect(spans(history)).toEqual([[3, Infinity]]);
  history.release('c1', lease, [20]);
  expect(spans(history)).toEqual([[3, 20]]);
});

test('an extension in time moves the end, one that comes late makes a second interval', () => {
  const history = new HistoryBuilder();
  const lease = history.acquire('c1', [0, 0], { until: 10 });
  history.extend('c1', lease, [8, 10], 20);
  history.extend('c1', lease, [15, 25], 30);
  expect(spans(history)).toEqual([
    [0, 20],
    [25, 30],
  ]);
});

test('an extension may make a lease shorter, but not in the past', () => {
  const history = new HistoryBuilder();
  const lease = history.acquire('c1', [0, 0], { until: 10 });
  history.extend('c1', lease, [1, 6], 5);
  expect(spans(history)).toEqual([[0, 6]]);
});

test('a lease that had ended before its holder heard of it was never valid', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 12], { until: 10 });
  expect(spans(history)).toEqual([]);
});

test('a crash ends the leases of its process only, and not those that come after', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 1], { until: 10 });
  history.acquire('c2', [0, 1], { until: 10, key: 'l' });
  history.occurrence('crash', 5, 'c1');
  history.acquire('c1', [6, 7], { until: 9 });
  expect(spans(history)).toEqual([
    [1, 5],
    [1, 10],
    [7, 9],
  ]);
});

test('the intervals agree with the definition at every instant', () => {
  fc.assert(
    fc.property(anyLeases, (history) => {
      const intervals = leaseIntervals(history);
      for (const acquire of history.records) {
        if (acquire.type !== 'operation' || acquire.operation !== 'acquire') continue;
        for (let t = 0; t <= 70_000; t += 500) {
          const inside = intervals.filter((interval) => interval.acquire === acquire && interval.from <= t && t < interval.to);
          expect(inside.length).toBe(isValidAt(history, acquire, t) ? 1 : 0);
        }
      }
    }),
    { numRuns: 300 },
  );
});
