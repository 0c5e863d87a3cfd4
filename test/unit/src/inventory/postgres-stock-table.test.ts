import { expect, test } from 'vitest';
import { postgresStockColumnsSql, stockTable, type ShopStockTable } from '../../../../src/inventory/postgres-stock-table.js';
import { postgresTables } from '../../../../src/locks/postgres-tables.js';

const shop: ShopStockTable = { schema: 'shop', table: 'Products', sku: 'article no', onHand: 'qty', skuType: 'uuid', token: 'fence' };

test("the shop's names are quoted, its skus cast, the ledger is ours", () => {
  const table = stockTable(postgresTables('mine'), shop);
  expect(table).toMatchObject({
    name: '"shop"."Products"',
    sku: '"article no"',
    onHand: '"qty"',
    token: '"fence"',
    ledger: 'mine_stock_ledger',
    isOurs: false,
  });
  expect([table.key('$1'), table.keyText('$1')]).toEqual(['$1::text::uuid', '$1::text::uuid::text']);
  expect(stockTable(postgresTables()).name).toBe('holdfast_stock');
});

test('the columns that are added', () => {
  expect(postgresStockColumnsSql(shop)).toBe(`ALTER TABLE "shop"."Products"
  ADD COLUMN IF NOT EXISTS "fence" bigint NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS "holdfast_sequence" bigint NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS "holdfast_last_delta" bigint;
`);
});

test.each([
  [{ table: 'a"; DROP TABLE b; --' }, 'stockTable.table must be a name'],
  [{ schema: '' }, 'stockTable.schema must be a name'],
  [{ onHand: 'ü'.repeat(32) }, 'stockTable.onHand must be a name of at most 63 bytes'],
  [{ sku: '1st' }, 'stockTable.sku must be a name'],
  [{ token: 'qty' }, 'stockTable names one column twice'],
  [{ skuType: 'jsonb' as 'text' }, 'stockTable.skuType must be one of text, varchar, integer, bigint, uuid; got "jsonb"'],
])('%j is refused in one line', (change, message) => {
  expect(() => stockTable(postgresTables(), { ...shop, ...change })).toThrow(message);
});
