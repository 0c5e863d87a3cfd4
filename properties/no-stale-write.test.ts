import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { History, OperationRecord } from '../models/history.js';
import { leasesInTurn, turn } from '../test/support/arbitrary-leases.js';
import { HistoryBuilder } from '../test/support/history-builder.js';
import { noStaleWrite } from './no-stale-write.js';

test('each holder writing inside its lease is fine, with tokens and without', () => {
  fc.assert(
    fc.property(fc.array(turn), fc.boolean(), (turns, fenced) => {
      const { history, ids } = leasesInTurn(turns);
      for (const lease of grantsIn(history.build())) {
        const at = Number(lease.return) / 1000;
        write(history, lease.process, [at + 0.1, at + 0.2], fenced ? BigInt(ids.indexOf(lease.id) + 1) : null);
      }
      expect(noStaleWrite.check(history.build())).toBeNull();
    }),
  );
});

test('a write with the token of an earlier turn is caught', () => {
  fc.assert(
    fc.property(fc.array(turn, { minLength: 2 }), fc.nat(), (turns, which) => {
      const { history } = leasesInTurn(turns);
      const old = which % (turns.length - 1);
      const stale = write(history, String(turns[old]?.process), [1000, 1001], BigInt(old + 1));
      expect(noStaleWrite.check(history.build())?.operations).toContain(stale);
    }),
  );
});

test('a write that was sent before the next grant was answered may land', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 1], { token: 5n, until: 10 });
  history.acquire('c2', [11, 12], { token: 6n, until: 22 });
  write(history, 'c1', [12, 14], 5n);
  expect(noStaleWrite.check(history.build())).toBeNull();
  const stale = write(history, 'c1', [12.001, 15], 5n);
  expect(noStaleWrite.check(history.build())).toEqual({
    property: 'no-stale-write',
    message: 'k accepted a write of c1 with token 5 (operation 3, sent at 12.001 ms) after c2 had been granted the lock with token 6 at 12 ms (operation 1)',
    event: 3,
    operations: [1, stale],
  });
});

test("... but not when the register's own order says that a newer one was first", () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 1], { token: 5n, until: 10 });
  history.acquire('c2', [11, 12], { token: 6n, until: 22 });
  history.operation('c1', 'write', 'k', [9, 20], { args: { token: '5' }, value: { sequence: 2 } });
  history.operation('c2', 'write', 'k', [13, 14], { args: { token: '6' }, value: { sequence: 1 } });
  expect(noStaleWrite.check(history.build())?.message).toContain('after it had accepted the newer token 6 (operation 3)');
});

test('without tokens: a holder that someone else came after', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 1], { until: 10 });
  write(history, 'c1', [8, 9], null);
  history.acquire('c2', [5, 12], { until: 22 });
  write(history, 'c2', [13, 14], null);
  expect(noStaleWrite.check(history.build())).toBeNull();
  write(history, 'c1', [15, 16], null);
  expect(noStaleWrite.check(history.build())?.message).toBe(
    'k accepted a write of c1 without a token (operation 4, sent at 15 ms) after c2 had been granted the lock at 12 ms (operation 2)',
  );
});

test('refused writes, other keys and writers that never had a grant say nothing', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 1], { token: 5n });
  history.acquire('c2', [11, 12], { token: 6n });
  history.operation('c1', 'write', 'k', [13, 14], { status: 'refused', args: { token: '5' } });
  history.operation('c1', 'write', 'k', [13], { args: { token: '5' } });
  history.operation('c1', 'write', 'other', [13, 14], { args: { token: '5' } });
  history.operation('c3', 'write', 'k', [13, 14], { args: { token: null } });
  expect(noStaleWrite.check(history.build())).toBeNull();
});

const anyWrites = fc.array(
  fc.record({
    operation: fc.constantFrom('acquire', 'write'),
    process: fc.constantFrom('c1', 'c2', 'c3'),
    invoke: fc.integer({ min: 0, max: 20 }),
    took: fc.integer({ min: 0, max: 6 }),
    token: fc.option(fc.bigInt({ min: 1n, max: 5n }), { freq: 4 }),
  }),
  { maxLength: 7 },
);

test('the verdict is that of a look at every pair', () => {
  fc.assert(
    fc.property(anyWrites, (list) => {
      const history = new HistoryBuilder();
      for (const { operation, process, invoke, took, token } of list) {
        if (operation === 'acquire') history.acquire(process, [invoke, invoke + took], token === null ? {} : { token });
        else write(history, process, [invoke, invoke + took], token);
      }
      const built = history.build();
      expect(noStaleWrite.check(built) === null).toBe(!isBroken(built));
    }),
    { numRuns: 1000 },
  );
});

function isBroken(history: History): boolean {
  const grants = grantsIn(history);
  return (
    history.records.some((record) => {
      if (record.type !== 'operation' || record.operation !== 'write') return false;
      const before = grants.filter((grant) => Number(grant.return) < record.invoke);
      const token = record.args['token'];
      if (typeof token === 'string') return before.some((grant) => typeof grant.value['token'] === 'string' && BigInt(grant.value['token']) > BigInt(token));
      const own = before
        .filter((grant) => grant.process === record.process)
        .toSorted((a, b) => Number(a.return) - Number(b.return))
        .at(-1);
      return own !== undefined && before.some((grant) => grant.invoke > Number(own.return));
    }) || pairsOfWrites(history)
  );
}

/** An access without a place in the register's order is also compared with others in real time. */
function pairsOfWrites(history: History): boolean {
  const writes = history.records.filter(
    (record): record is OperationRecord => record.type === 'operation' && record.operation === 'write' && typeof record.args['token'] === 'string',
  );
  return writes.some((a) => writes.some((b) => tokenIn(a) > tokenIn(b) && Number(a.return) < b.invoke));
}

const tokenIn = ({ args }: OperationRecord): bigint => BigInt(args['token'] as string);

function write(history: HistoryBuilder, process: string, span: readonly [number, number], token: bigint | null): number {
  return history.operation(process, 'write', 'k', span, { args: { token: token === null ? null : String(token) } });
}

const grantsIn = (history: History): OperationRecord[] =>
  history.records.filter((record): record is OperationRecord => record.type === 'operation' && record.operation === 'acquire');
