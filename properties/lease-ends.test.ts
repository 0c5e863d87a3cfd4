import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HistoryBuilder } from '../test/support/history-builder.js';
import { leaseEnds } from './lease-ends.js';

/** A lease of 1000 ms from 0 on, and writes of its holder at these times. */
function holder(writes: readonly number[], { signal = true, lostAt, releaseAt }: { signal?: boolean; lostAt?: number; releaseAt?: number } = {}) {
  const builder = new HistoryBuilder();
  const lease = builder.operation('c1', 'acquire', 'k', [0, 1], { args: { ttlMs: 1000 }, value: { token: '1', validUntil: 1_000_000, signal } });
  for (const at of writes) builder.operation('c1', 'write', 'k', [at, at]);
  if (lostAt !== undefined) builder.occurrence('lost', lostAt, 'c1', lease);
  if (releaseAt !== undefined) builder.release('c1', lease, [releaseAt, releaseAt + 1]);
  return leaseEnds.check(builder.build());
}

test('a holder that goes on, untold, long after the end breaks it', () => {
  expect(holder([2000, 2010])?.message).toBe("c1's lease of k (operation 0) ran out at 1000 ms, and at 2010 ms its holder still had not been told");
});

test('one that was told in time, has released, has no signal, or has just woken up does not', () => {
  expect(holder([2000, 2010], { lostAt: 1001 })).toBeNull();
  expect(holder([2000, 2010], { releaseAt: 900 })).toBeNull();
  expect(holder([2000, 2010], { signal: false })).toBeNull();
  expect(holder([2000])).toBeNull();
  expect(holder([2000, 2010], { lostAt: 2000 })).toBeNull();
});

test('it is broken exactly by two later moments awake, untold', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 2, max: 3000 }), { maxLength: 6 }),
      fc.option(fc.integer({ min: 2, max: 3000 }), { nil: undefined }),
      (writes, lostAt) => {
        const late = writes.filter((at) => at > 1300).sort((a, b) => a - b);
        const broken = late.length >= 2 && !(lostAt !== undefined && lostAt <= (late[1] as number));
        expect(holder(writes, lostAt === undefined ? {} : { lostAt }) !== null).toBe(broken);
      },
    ),
  );
});

test('a real process that was stopped is given the time to hear of it', () => {
  const real = (writes: readonly number[]) => {
    const builder = new HistoryBuilder();
    builder.operation('c1', 'acquire', 'k', [0, 1], { args: { ttlMs: 1000 }, value: { token: '1', validUntil: 1_000_000, signal: true } });
    for (const at of writes) builder.operation('c1', 'write', 'k', [at, at]);
    const history = builder.build();
    return leaseEnds.check({ ...history, records: history.records.map((record) => ({ ...record, event: null })) });
  };
  expect(real([2000, 2010])).toBeNull();
  expect(real([2000, 2010, 2400])).not.toBeNull();
});
