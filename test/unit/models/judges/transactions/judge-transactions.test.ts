import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HistoryValue } from '../../../../../models/history.js';
import { judgeTransactions } from '../../../../../models/judges/transactions/judge-transactions.js';
import { HistoryBuilder } from '../../../../support/history-builder.js';

type Step = readonly ['r' | 'w' | 'append', string, HistoryValue];
type Status = 'ok' | 'refused' | 'unknown';

function judged(...transactions: readonly (readonly [Status, ...Step[]])[]) {
  const history = new HistoryBuilder();
  for (const [place, [status, ...steps]] of transactions.entries()) {
    const said = { steps: steps.map((step) => [...step]) };
    history.operation(`c${place}`, 'txn', '', [place, place + 1], { status, args: said, value: status === 'ok' ? said : {} });
  }
  return judgeTransactions(history.build());
}

test('G0: two writers whose writes are mixed up', () => {
  const { verdict, reason } = judged(
    ['ok', ['append', 'x', 1], ['append', 'y', 1]],
    ['ok', ['append', 'x', 2], ['append', 'y', 2]],
    ['ok', ['r', 'x', [1, 2]], ['r', 'y', [2, 1]]],
  );
  expect(verdict).toBe('invalid');
  expect(reason).toMatch(/^G0, a dirty write: .*whose write to (x|y) was overwritten by operation/);
});

test('G1a: an aborted read', () => {
  expect(judged(['refused', ['w', 'x', 1]], ['ok', ['r', 'x', 1]]).reason).toMatch(/^G1a, an aborted read/);
  expect(judged(['unknown', ['w', 'x', 1]], ['ok', ['r', 'x', 1]]).verdict).toBe('valid');
});

test('G1b: an intermediate read', () => {
  expect(judged(['ok', ['append', 'x', 1], ['append', 'x', 2]], ['ok', ['r', 'x', [1]]]).reason).toMatch(/^G1b, an intermediate read/);
});

test('G1c: each read what the other had written', () => {
  expect(judged(['ok', ['w', 'x', 1], ['r', 'y', 2]], ['ok', ['w', 'y', 2], ['r', 'x', 1]]).reason).toMatch(/^G1c/);
});

test('G-single: a lost update, with registers and with lists', () => {
  expect(judged(['ok', ['r', 'x', null], ['w', 'x', 1]], ['ok', ['r', 'x', null], ['w', 'x', 2]]).reason).toMatch(/^G/);
  const lists = judged(['ok', ['append', 'x', 1]], ['ok', ['r', 'x', []], ['r', 'y', [1]]], ['ok', ['r', 'x', [1]], ['append', 'y', 1]]);
  expect(lists.reason).toMatch(/^G-single/);
});

test('G2: a write skew', () => {
  const { verdict, reason, culprits } = judged(['ok', ['r', 'x', null], ['w', 'y', 1]], ['ok', ['r', 'y', null], ['w', 'x', 1]]);
  expect({ verdict, culprits: culprits.map(({ id }) => id) }).toEqual({ verdict: 'invalid', culprits: [0, 1] });
  expect(reason).toMatch(/^G2, a write skew: .*who read x as it was before the write of operation 1/);
});

test('what no order at all allows: strangers, forgetting, two orders of one list', () => {
  expect(judged(['ok', ['r', 'x', 7]]).reason).toContain('which nobody wrote');
  expect(judged(['ok', ['w', 'x', 1], ['r', 'x', 2]]).reason).toContain('for itself it had to be 1');
  expect(judged(['ok', ['append', 'x', 1]], ['ok', ['append', 'x', 2]], ['ok', ['r', 'x', [1, 2]]], ['ok', ['r', 'x', [2]]]).reason).toContain(
    'an order that cannot be',
  );
});

test('values written twice cannot be told apart: undecided', () => {
  expect(judged(['ok', ['w', 'x', 1]], ['ok', ['w', 'x', 1]]).verdict).toBe('undecided');
});

const planned = fc.array(
  fc.record({
    status: fc.constantFrom<Status>('ok', 'ok', 'ok', 'unknown', 'refused'),
    keys: fc.array(fc.tuple(fc.constantFrom('x', 'y'), fc.boolean()), { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 8 },
);

test.each(['append', 'w'] as const)('transactions that ran one after the other are valid: %s', (write) => {
  fc.assert(
    fc.property(planned, (plan) => {
      let state: Record<string, HistoryValue> = {};
      let next = 1;
      const transactions = plan.map(({ status, keys }): readonly [Status, ...Step[]] => {
        const mine = { ...state };
        const steps = keys.map(([key, isRead]): Step => {
          if (isRead) return ['r', key, mine[key] ?? null];
          const value = next++;
          mine[key] = write === 'w' ? value : [...((mine[key] as readonly HistoryValue[] | undefined) ?? []), value];
          return [write, key, value];
        });
        if (status !== 'refused') state = mine;
        return [status, ...steps];
      });
      const { verdict, reason } = judged(...transactions);
      expect(verdict, reason).toBe('valid');
    }),
  );
});
