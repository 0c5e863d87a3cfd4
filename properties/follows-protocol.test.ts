import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conformance } from '../models/judges/conformance/conformance.js';
import { fencedLeaseProtocol } from '../models/judges/conformance/fenced-lease-protocol.js';
import { Search } from '../sim/explore/search.js';
import { anyLeases, leasesInTurn, turn } from '../test/support/arbitrary-leases.js';
import { HistoryBuilder } from '../test/support/history-builder.js';
import { followsProtocol } from './follows-protocol.js';
import { mutualExclusion } from './mutual-exclusion.js';

const messageOf = (history: HistoryBuilder): string | undefined => followsProtocol.check(history.build())?.message;

test('leases in turn, however they end, are fine', () => {
  fc.assert(
    fc.property(fc.array(turn), (turns) => {
      expect(followsProtocol.check(leasesInTurn(turns).history.build())).toBeNull();
    }),
  );
});

test('whatever breaks mutual exclusion breaks it too', () => {
  let broken = 0;
  fc.assert(
    fc.property(anyLeases, (history) => {
      if (mutualExclusion.check(history) === null) return;
      broken += 1;
      expect(followsProtocol.check(history)).not.toBeNull();
    }),
    { numRuns: 500 },
  );
  expect(broken).toBeGreaterThan(20);
});

test('two holders at once: how far the run could be followed, and which guards were false', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 2], { until: 100, token: 1n });
  history.acquire('c2', [10, 12], { until: 120, token: 2n });
  const violation = followsProtocol.check(history.build());
  expect(violation).toMatchObject({ property: 'follows-protocol', event: 1, operations: [0, 1] });
  expect(violation?.message).toContain('the first 3 of 4 events');
  expect(violation?.message).toContain("grant (c2's acquire, operation 1): it is false that nobody holds the lock");
  expect(violation?.message).toContain("end (c1's acquire, operation 0): it is false that its holder believes in it no longer");
});

test('a token that does not grow', () => {
  const history = new HistoryBuilder();
  history.release('c1', history.acquire('c1', [0, 2], { until: 100, token: 7n }), [3, 4]);
  history.acquire('c2', [5, 6], { until: 100, token: 1n });
  expect(messageOf(history)).toContain('it is false that its token is newer than all that were granted before');
});

test('a guarded write is refused to those who do not hold the lock, and to nobody else', () => {
  const write = (status: 'ok' | 'refused', at: number): string | undefined => {
    const history = new HistoryBuilder();
    const lease = history.acquire('c1', [0, 2], { until: 100, token: 1n });
    history.release('c1', lease, [50, 51]);
    history.acquire('c2', [60, 62], { until: 200, token: 2n });
    history.operation('c1', 'write', 'k', [at, at + 1], {
      status,
      args: { guarded: true, token: '1' },
      value: status === 'ok' ? {} : { reason: 'not-holder' },
    });
    return messageOf(history);
  };
  expect(write('ok', 10)).toBeUndefined();
  expect(write('refused', 10)).toContain('it is false that it shows no token of the holder');
  expect(write('ok', 70)).toContain('it is false that it shows the token of the holder');
  expect(write('refused', 70)).toBeUndefined();
});

test("a lease is not ended before its ttl has passed on the server's clock, though nobody believed in it any more", () => {
  const next = (at: number): string | undefined => {
    const history = new HistoryBuilder();
    history.operation('c1', 'acquire', 'k', [0, 2], { args: { ttlMs: 100 }, value: { token: '1', validUntil: 50_000 } });
    history.acquire('c2', [at, at + 1], { until: 500, token: 2n });
    return messageOf(history);
  };
  expect(next(90)).toContain("it is false that its ttl has passed on the server's clock");
  expect(next(98)).toBeUndefined();
});

test('an extension is one of a lease that holds the lock, and moves its end', () => {
  const history = (until: number): HistoryBuilder => {
    const built = new HistoryBuilder();
    built.extend('c1', built.acquire('c1', [0, 2], { until: 50, token: 1n }), [10, 11], until);
    built.acquire('c2', [60, 70], { until: 200, token: 2n });
    return built;
  };
  expect(messageOf(history(69))).toBeUndefined();
  expect(messageOf(history(80))).toContain("end (c1's acquire, operation 0): it is false that its holder believes in it no longer");
  const late = history(55);
  late.extend('c1', 0, [80, 81], 300);
  expect(messageOf(late)).toContain("renew (c1's extend, operation 3): it is false that its lease holds the lock");
});

test.each([
  ['token-counter-flushed', 'its token is newer than all that were granted before'],
  ['owner-per-object', 'nobody holds the lock'],
  ['client-clock-lease', 'nobody holds the lock'],
] as const)('specimen %s: a run of it names the guard that was false, and without that guard it escapes', { timeout: 60_000 }, async (lock, guard) => {
  const search = await Search.open({ workload: 'lock', lock, faults: 'all', fixed: {} });
  for (let seed = 1; seed <= 100; seed += 1) {
    const { history } = await search.run(search.scenario(seed));
    const violation = followsProtocol.check(history);
    if (violation === null) continue;
    expect(violation.message).toContain(`it is false that ${guard}`);
    expect(conformance(history, without(guard)).verdict).toBe('valid');
    return;
  }
  expect.fail(`no run of ${lock} was refused`);
});

const without = (guard: string): typeof fencedLeaseProtocol => ({
  ...fencedLeaseProtocol,
  hidden: fencedLeaseProtocol.hidden.map((step) => ({ ...step, guards: step.guards.filter(({ name }) => name !== guard) })),
});
