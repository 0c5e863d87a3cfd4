import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { History, OperationRecord } from '../models/history.js';
import { anyLeases, leasesInTurn, turn } from '../test/support/arbitrary-leases.js';
import { HistoryBuilder } from '../test/support/history-builder.js';
import { fencingMonotone } from './fencing-monotone.js';

test('tokens that grow with every grant are fine', () => {
  fc.assert(
    fc.property(fc.array(turn), (turns) => {
      expect(fencingMonotone.check(leasesInTurn(turns).history.build())).toBeNull();
    }),
  );
});

test('a token that was granted before is caught, equal or smaller', () => {
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1 }), fc.nat(), (turns, which) => {
      const { history } = leasesInTurn(turns);
      const late = history.acquire('c9', [1000, 1001], { token: BigInt(1 + (which % turns.length)) });
      expect(fencingMonotone.check(history.build())?.operations).toContain(late);
    }),
  );
});

test('two acquires on their way at once may get their tokens in either order', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 5], { token: 7n });
  history.acquire('c2', [5, 6], { token: 6n }); // asked for in the instant of the other's answer: not after it
  expect(fencingMonotone.check(history.build())).toBeNull();
  history.acquire('c3', [6.001, 7], { token: 6n });
  expect(fencingMonotone.check(history.build())?.message).toContain(
    'c3 (operation 2, k granted at 7 ms) got the same token 6 as c2 (operation 1, k granted at 6 ms)',
  );
});

test('tokens compare as numbers of any size', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 1], { token: 2n ** 53n });
  history.acquire('c2', [2, 3], { token: 2n ** 53n + 1n });
  expect(fencingMonotone.check(history.build())).toBeNull();
  history.acquire('c3', [4, 5], { token: 9n });
  expect(fencingMonotone.check(history.build())?.message).toBe(
    'c3 got token 9 (operation 2, k granted at 5 ms) after c2 had got the newer 9007199254740993 (operation 1, k granted at 3 ms)',
  );
});

test('a delayed write of an expired holder is fine as long as no newer token has reached the resource', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 1], { token: 5n, until: 10 });
  history.acquire('c2', [11, 12], { token: 6n, until: 22 });
  access(history, 'c1', 'write', [13, 14], 5n, 1);
  expect(fencingMonotone.check(history.build())).toBeNull();
  access(history, 'c2', 'read', [15, 16], 6n, 2);
  expect(fencingMonotone.check(history.build())).toBeNull();
  const stale = access(history, 'c1', 'write', [15, 20], 5n, 3);
  expect(fencingMonotone.check(history.build())).toEqual({
    property: 'fencing-monotone',
    message: 'stock accepted a write of c1 with token 5 (operation 4, sent at 15 ms) after it had accepted token 6 of c2 (operation 3, answered at 16 ms)',
    event: 4,
    operations: [3, stale],
  });
});

test('what was refused, or never answered, was not accepted', () => {
  const history = new HistoryBuilder();
  access(history, 'c2', 'read', [0, 1], 6n, 1);
  history.operation('c1', 'write', 'stock', [2, 3], { status: 'refused', args: { token: '5' }, value: { reason: 'stale' } });
  history.operation('c1', 'write', 'stock', [4], { args: { token: '5' } });
  expect(fencingMonotone.check(history.build())).toBeNull();
});

test('a repeat that is answered from memory is no access, with whatever token it comes', () => {
  const history = new HistoryBuilder();
  access(history, 'c1', 'take', [0, 1], 5n, 1);
  access(history, 'c2', 'take', [2, 3], 6n, 2);
  history.operation('c1', 'take', 'stock', [4, 5], { args: { token: '5' }, value: { sequence: 1, repeated: true } });
  history.operation('c1', 'take', 'stock', [6, 7], { args: { token: '7' }, value: { sequence: 1, repeated: true } });
  expect(fencingMonotone.check(history.build())).toBeNull();
});

const anyAccesses = fc
  .array(
    fc.record({
      process: fc.constantFrom('c1', 'c2', 'c3'),
      operation: fc.constantFrom('read', 'write', 'release'),
      key: fc.constantFrom('stock', 'other'),
      invoke: fc.integer({ min: 0, max: 20 }),
      took: fc.option(fc.integer({ min: 0, max: 8 }), { freq: 6 }),
      refused: fc.boolean(),
      token: fc.option(fc.bigInt({ min: 1n, max: 5n }), { freq: 6 }),
      sequence: fc.option(fc.integer({ min: 1, max: 8 })),
    }),
    { maxLength: 7 },
  )
  .map((list) => {
    const history = new HistoryBuilder();
    for (const { process, operation, key, invoke, took, refused, token, sequence } of list) {
      history.operation(process, operation, key, took === null ? [invoke] : [invoke, invoke + took], {
        ...(refused && took !== null ? { status: 'refused' as const } : {}),
        args: { token: token === null ? null : String(token) },
        value: sequence === null || took === null ? {} : { sequence },
      });
    }
    return history.build();
  });

test('the verdict is that of a look at every pair: grants', () => {
  fc.assert(
    fc.property(anyLeases, (history) => {
      const grants = operations(history).filter((record) => record.operation === 'acquire' && typeof record.value['token'] === 'string');
      const bad = pairs(grants).some(([a, b]) => {
        const [x, y] = [tokenIn(a.value), tokenIn(b.value)];
        return a.key === b.key && (x === y || (x > y && Number(a.return) < b.invoke));
      });
      expect(fencingMonotone.check(history) === null).toBe(!bad);
    }),
    { numRuns: 500 },
  );
});

test('the verdict is that of a look at every pair: accesses', () => {
  fc.assert(
    fc.property(anyAccesses, (history) => {
      const accepted = operations(history).filter(
        ({ operation, status, args }) => operation !== 'release' && status === 'ok' && typeof args['token'] === 'string',
      );
      const bad = pairs(accepted).some(([a, b]) => {
        if (a.key !== b.key || tokenIn(b.args) >= tokenIn(a.args)) return false;
        const [first, second] = [a.value['sequence'], b.value['sequence']];
        if (typeof second !== 'number') return Number(a.return) < b.invoke;
        return typeof first === 'number' && first < second;
      });
      expect(fencingMonotone.check(history) === null).toBe(!bad);
    }),
    { numRuns: 1000 },
  );
});

const tokenIn = (fields: OperationRecord['args']): bigint => BigInt(fields['token'] as string);

function access(history: HistoryBuilder, process: string, operation: string, span: readonly [number, number], token: bigint, sequence: number): number {
  return history.operation(process, operation, 'stock', span, { args: { token: String(token) }, value: { sequence } });
}

const operations = (history: History): OperationRecord[] => history.records.filter((record): record is OperationRecord => record.type === 'operation');

function pairs<Item>(list: readonly Item[]): (readonly [Item, Item])[] {
  return list.flatMap((a) => list.filter((b) => b !== a).map((b) => [a, b] as const));
}
