import fc from 'fast-check';
import { expect, test } from 'vitest';
import { audit, buyers, shopOf } from '../test/support/arbitrary-sales.js';
import { HistoryBuilder } from '../test/support/history-builder.js';
import { linearizableStock } from './linearizable-stock.js';

test('a shop that loses requests and replies, but repeats by operation id, is fine, with a ledger and without', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), buyers, fc.boolean(), (stock, list, keepsLedger) => {
      const shop = shopOf(stock, list);
      audit(shop, shop.onHand, keepsLedger ? shop.ledger : null);
      expect(linearizableStock.check(shop.history.build({ stock }))).toBeNull();
    }),
  );
});

test('the last unit sold twice: the second sale is the one that cannot be explained', () => {
  const history = new HistoryBuilder();
  history.operation('c1', 'sell', 'sku', [0, 9], { args: { operationId: 'a', quantity: 1 } });
  history.operation('c2', 'sell', 'sku', [1, 8], { args: { operationId: 'b', quantity: 1 } });
  const violation = linearizableStock.check(history.build({ stock: 1 }));
  expect(violation).toMatchObject({ property: 'linearizable-stock', event: 0, operations: [1, 0] });
  expect(violation?.message).toContain('0 units are on hand, so no more than 0 could be had');
});

test('sold out with a unit left, and a look that saw what never was', () => {
  const refused = new HistoryBuilder();
  refused.operation('c1', 'sell', 'sku', [0, 1], { status: 'refused', args: { quantity: 1 }, value: { reason: 'sold-out' } });
  expect(linearizableStock.check(refused.build({ stock: 1 }))).not.toBeNull();

  const looked = new HistoryBuilder();
  looked.operation('c1', 'sell', 'sku', [0, 1], { args: { quantity: 1 } });
  looked.operation('c2', 'read', 'sku', [2, 3], { value: { onHand: 2 } });
  expect(linearizableStock.check(looked.build({ stock: 2 }))?.message).toContain('it had to answer 1');
});

test('two sales that the ledger has the other way round than time', () => {
  const history = new HistoryBuilder();
  history.operation('c1', 'sell', 'sku', [0, 1], { args: { operationId: 'a', quantity: 1 } });
  history.operation('c2', 'sell', 'sku', [2, 3], { args: { operationId: 'b', quantity: 1 } });
  const ledger = [
    { operationId: 'b', change: -1, onHand: 1 },
    { operationId: 'a', change: -1, onHand: 0 },
  ];
  history.operation('auditor', 'audit', 'sku', [4, 5], { value: { onHand: 0, ledger } });
  expect(linearizableStock.check(history.build({ stock: 2 }))?.message).toContain('which was called only after it had returned');
});
