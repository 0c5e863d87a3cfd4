import fc from 'fast-check';
import { expect, test } from 'vitest';
import { audit, buyers, shopOf } from '../test/support/arbitrary-sales.js';
import { HistoryBuilder } from '../test/support/history-builder.js';
import { noNegativeStock } from './no-negative-stock.js';

test('a shop that sells what it has is fine, down to the last unit', () => {
  fc.assert(
    fc.property(fc.nat({ max: 6 }), buyers, (stock, list) => {
      const shop = shopOf(stock, list);
      audit(shop, shop.onHand, shop.ledger);
      expect(noNegativeStock.check(shop.history.build())).toBeNull();
    }),
  );
});

test('fewer than none is caught: on hand at the end, in the ledger, in a read', () => {
  const shop = shopOf(1, []);
  const counted = audit(shop, -1, null);
  expect(noNegativeStock.check(shop.history.build())).toEqual({
    property: 'no-negative-stock',
    message: "auditor's audit (operation 0, answered at 1 ms) saw -1 on hand of sku",
    event: 0,
    operations: [counted],
  });

  const other = shopOf(1, []);
  audit(other, 0, [
    { operationId: 's1', change: -2, onHand: -1 },
    { operationId: 's2', change: 1, onHand: 0 },
  ]);
  expect(noNegativeStock.check(other.history.build())?.message).toContain('-1 on hand in the ledger, after sale s1, of sku');

  const read = new HistoryBuilder();
  read.operation('c1', 'read', 'sku', [0, 1], { value: { onHand: -3 } });
  expect(noNegativeStock.check(read.build())?.message).toContain('saw -3 on hand of sku');
});

test('what a refused or unanswered operation says is not stock', () => {
  const history = new HistoryBuilder();
  history.operation('c1', 'read', 'sku', [0, 1], { status: 'refused', value: { onHand: -1 } });
  history.operation('c1', 'read', 'sku', [2, 3], { value: { onHand: 0 } });
  expect(noNegativeStock.check(history.build())).toBeNull();
});
