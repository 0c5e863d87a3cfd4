import fc from 'fast-check';
import { expect, test } from 'vitest';
import { audit, buyers, shopOf, type Buyer } from '../test/support/arbitrary-sales.js';
import { HistoryBuilder } from '../test/support/history-builder.js';
import { stockConservation } from './stock-conservation.js';

const stock = fc.integer({ min: 1, max: 6 });
const oneBuyer: readonly Buyer[] = [{ process: 'c1', quantity: 1, trouble: 'none' }];

test('a shop that loses requests and replies, but repeats by operation id, adds up', () => {
  fc.assert(
    fc.property(stock, buyers, fc.boolean(), (units, list, keepsLedger) => {
      const shop = shopOf(units, list);
      audit(shop, shop.onHand, keepsLedger ? shop.ledger : null);
      expect(stockConservation.check(shop.history.build({ stock: units }))).toBeNull();
    }),
  );
});

test.each<[string, (shop: ReturnType<typeof shopOf>) => void]>([
  ['a unit that vanished', (shop) => audit(shop, shop.onHand - 1, shop.ledger)],
  ['a unit that came from nowhere', (shop) => audit(shop, shop.onHand + 1, shop.ledger)],
  ['a movement that nobody asked for', (shop) => audit(shop, shop.onHand - 1, [...shop.ledger, { operationId: 'who', change: -1, onHand: shop.onHand - 1 }])],
  ['a sale without an audit', (shop) => shop.history.operation('c1', 'sell', 'sku', [0, 1], { args: { operationId: 'x', quantity: 1 } })],
  [
    'a sale that is in the ledger twice',
    (shop) => {
      shop.history.operation('c1', 'sell', 'sku', [shop.now, shop.now + 1], { args: { operationId: 'x', quantity: 1 }, status: 'unknown' });
      const line = { operationId: 'x', change: -1, onHand: 0 };
      audit(shop, shop.onHand - 2, [...shop.ledger, line, line]);
    },
  ],
  [
    'a sale answered ok that is not in the ledger',
    (shop) => {
      shop.history.operation('c1', 'sell', 'sku', [shop.now, shop.now + 1], { args: { operationId: 'x', quantity: 1 } });
      audit(shop, shop.onHand, shop.ledger);
    },
  ],
  [
    'a refused sale that is in the ledger',
    (shop) => {
      shop.history.operation('c1', 'sell', 'sku', [shop.now, shop.now + 1], { args: { operationId: 'x', quantity: 1 }, status: 'refused' });
      audit(shop, shop.onHand - 1, [...shop.ledger, { operationId: 'x', change: -1, onHand: shop.onHand - 1 }]);
    },
  ],
  [
    'a sale of one unit that moved two',
    (shop) => {
      shop.history.operation('c1', 'sell', 'sku', [shop.now, shop.now + 1], { args: { operationId: 'x', quantity: 1 } });
      audit(shop, shop.onHand - 2, [...shop.ledger, { operationId: 'x', change: -2, onHand: shop.onHand - 2 }]);
    },
  ],
])('is caught: %s', (_, spoil) => {
  fc.assert(
    fc.property(stock, buyers, (units, list) => {
      const shop = shopOf(units, list);
      spoil(shop);
      expect(stockConservation.check(shop.history.build({ stock: units }))).not.toBeNull();
    }),
    { numRuns: 50 },
  );
});

test('two buyers of the last unit: the one who was answered second is the violation', () => {
  const history = new HistoryBuilder();
  history.operation('c1', 'sell', 'sku', [0, 9], { args: { operationId: 'a', quantity: 1 } });
  history.operation('c2', 'sell', 'sku', [1, 8], { args: { operationId: 'b', quantity: 1 } });
  expect(stockConservation.check(history.build({ stock: 1 }))).toEqual({
    property: 'stock-conservation',
    message: 'c1 was sold 1 unit of sku (operation 0) at 9 ms, which makes 2 of 1',
    event: 0,
    operations: [1, 0],
  });
});

test('an attempt that was refused is no refusal when the next one with the same id is sold', () => {
  const history = new HistoryBuilder();
  const args = { operationId: 'a', quantity: 1 };
  history.operation('c1', 'sell', 'sku', [0, 1], { args, status: 'refused', value: { reason: 'stale' } });
  history.operation('c1', 'sell', 'sku', [2, 3], { args });
  history.operation('auditor', 'audit', 'sku', [4, 5], { value: { onHand: 0, ledger: [{ operationId: 'a', change: -1, onHand: 0 }] } });
  expect(stockConservation.check(history.build({ stock: 1 }))).toBeNull();
});

test('without a ledger, an open sale explains a missing unit, and not two', () => {
  const open = (onHand: number) => {
    const shop = shopOf(3, oneBuyer);
    shop.history.operation('c2', 'sell', 'sku', [10, 11], { args: { operationId: 'x', quantity: 1 }, status: 'unknown' });
    audit(shop, onHand, null);
    return stockConservation.check(shop.history.build({ stock: 3 }));
  };
  expect(open(2)).toBeNull();
  expect(open(1)).toBeNull();
  expect(open(0)?.message).toBe('0 of 3 units of sku were on hand at the end, though 1 and perhaps 1 more had been sold');
  expect(open(3)).not.toBeNull();
});

test('an audit counts only when it was answered; without stock there is nothing to judge', () => {
  const shop = shopOf(1, oneBuyer);
  shop.history.operation('auditor', 'audit', 'sku', [20, 21], { status: 'unknown' });
  expect(stockConservation.check(shop.history.build({ stock: 1 }))?.message).toBe('nobody counted sku at the end: an audit that is ok is missing');
  expect(stockConservation.check(shop.history.build({}))?.message).toContain('params.stock is missing');
  expect(stockConservation.check(new HistoryBuilder().build({}))).toBeNull();
});
