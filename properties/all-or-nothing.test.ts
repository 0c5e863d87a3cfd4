import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { History } from '../models/history.js';
import { HistoryBuilder } from '../test/support/history-builder.js';
import { allOrNothing } from './all-or-nothing.js';

const SKUS = ['a', 'b', 'c'] as const;

interface Basket {
  readonly skus: readonly string[];
  readonly status: 'ok' | 'refused' | 'unknown';
  /** In which ledgers it is found. */
  readonly booked: readonly string[];
}

function historyOf(baskets: readonly Basket[]): History {
  const history = new HistoryBuilder();
  baskets.forEach(({ skus, status }, at) => {
    for (const sku of skus) history.operation('c1', 'sell', sku, [at, at + 0.5], { status, args: { operationId: `basket-${at}`, quantity: 1 } });
  });
  for (const sku of SKUS) {
    const ledger = baskets.flatMap(({ booked }, at) => (booked.includes(sku) ? [{ operationId: `basket-${at}`, change: -1, onHand: 0 }] : []));
    history.operation('auditor', 'audit', sku, [100, 101], { value: { onHand: 0, ledger } });
  }
  return history.build();
}

const whole: fc.Arbitrary<Basket> = fc
  .record({ skus: fc.subarray([...SKUS], { minLength: 1 }), status: fc.constantFrom('ok', 'refused', 'unknown'), sold: fc.boolean() })
  .map(({ skus, status, sold }) => ({ skus, status, booked: sold ? skus : [] }));

test('whole baskets and none are fine, whatever their buyers were told', () => {
  fc.assert(
    fc.property(fc.array(whole, { maxLength: 6 }), (baskets) => {
      expect(allOrNothing.check(historyOf(baskets))).toBeNull();
    }),
  );
});

test('one basket in some of its ledgers is caught among any others', () => {
  const torn = fc
    .record({ skus: fc.subarray([...SKUS], { minLength: 2 }), status: fc.constantFrom('ok', 'refused', 'unknown') })
    .map(({ skus, status }): Basket => ({ skus, status, booked: skus.slice(1) }));
  fc.assert(
    fc.property(fc.array(whole, { maxLength: 4 }), torn, (others, basket) => {
      expect(allOrNothing.check(historyOf([...others, basket]))?.message).toContain(`basket-${others.length} is in the ledger of`);
    }),
  );
});

test('the message names the buyer and both ledgers', () => {
  const violation = allOrNothing.check(historyOf([{ skus: ['a', 'b'], status: 'unknown', booked: ['a'] }]));
  expect(violation?.message).toBe("c1's basket basket-0 is in the ledger of a, but not in that of b");
});

test('without ledgers there is nothing to compare', () => {
  const history = new HistoryBuilder();
  for (const sku of ['a', 'b']) history.operation('c1', 'sell', sku, [0, 1], { args: { operationId: 'basket', quantity: 1 } });
  history.operation('auditor', 'audit', 'a', [2, 3], { value: { onHand: 0 } });
  expect(allOrNothing.check(history.build())).toBeNull();
});
