import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyLeases, leasesInTurn, turn } from '../test/support/arbitrary-leases.js';
import { HistoryBuilder } from '../test/support/history-builder.js';
import { linearizableLock } from './linearizable-lock.js';
import { mutualExclusion } from './mutual-exclusion.js';

test('leases in turn, however they end, are fine', () => {
  fc.assert(
    fc.property(fc.array(turn), (turns) => {
      expect(linearizableLock.check(leasesInTurn(turns).history.build())).toBeNull();
    }),
  );
});

test('whatever breaks mutual exclusion breaks it too', () => {
  let broken = 0;
  fc.assert(
    fc.property(anyLeases, (history) => {
      if (mutualExclusion.check(history) === null) return;
      broken += 1;
      expect(linearizableLock.check(history)).not.toBeNull();
    }),
    { numRuns: 500 },
  );
  expect(broken).toBeGreaterThan(20);
});

test('two holders at once: it says who, by which operations, and since when', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 2], { until: 100, token: 1n });
  history.acquire('c2', [10, 12], { until: 120, token: 2n });
  const violation = linearizableLock.check(history.build());
  expect(violation).toMatchObject({ property: 'linearizable-lock', event: 1, operations: [0, 1] });
  expect(violation?.message).toContain('c1 held it until 100 ms at least');
});

test('a token that goes back, a guarded write of a former holder, an extension of what has passed on', () => {
  const tokens = new HistoryBuilder();
  tokens.release('c1', tokens.acquire('c1', [0, 2], { token: 7n }), [3, 4]);
  tokens.acquire('c2', [5, 6], { token: 1n });
  expect(linearizableLock.check(tokens.build())?.message).toContain('a token that is older than 7');

  const written = new HistoryBuilder();
  written.release('c1', written.acquire('c1', [0, 2], { token: 1n }), [3, 4]);
  written.acquire('c2', [5, 6], { token: 2n });
  const write = (to: HistoryBuilder, token: string) => to.operation('c1', 'write', 'k', [7, 8], { args: { guarded: true, token } });
  write(written, '2');
  expect(linearizableLock.check(written.build())).toBeNull();
  write(written, '1');
  expect(linearizableLock.check(written.build())?.message).toContain('though the lease had been given back before');

  const extended = new HistoryBuilder();
  const lease = extended.acquire('c1', [0, 2], { until: 4, token: 1n });
  extended.acquire('c2', [5, 6], { token: 2n, until: 100 });
  extended.extend('c1', lease, [20, 21], 200);
  expect(linearizableLock.check(extended.build())).not.toBeNull();
});

test('an acquire that nobody answered, and a lease that ran out, explain a later grant', () => {
  const history = new HistoryBuilder();
  history.operation('c1', 'acquire', 'k', [0]);
  history.acquire('c2', [1, 2], { until: 10, token: 1n });
  history.acquire('c3', [3, 11], { until: 50, token: 2n });
  expect(linearizableLock.check(history.build())).toBeNull();
});
