import { OptionsError } from '../base/options-error.js';
import type { PostgresTables } from '../locks/postgres-tables.js';

/**
 * The shop's own table of stock, one row for each thing that is sold. What is on hand stays in the shop's column, so that the
 * rest of the shop reads it as ever; three columns are added beside it (`postgresStockColumnsSql`), because the fence must be
 * on the row that it guards. The ledger is ours. A sku without a row is refused as `unavailable`: rows are the shop's to make.
 *
 * Who changes `onHand` by other ways than this library leaves the ledger behind, but never makes it sell too much: each
 * movement looks at the row as it is.
 */
export interface ShopStockTable {
  /** The schema of the table; the connection's `search_path` finds it when absent. */
  readonly schema?: string;
  readonly table: string;
  /** The column that names what is sold; it has a unique index. */
  readonly sku: string;
  /** The type of that column. Default `text`. */
  readonly skuType?: (typeof SKU_TYPES)[number];
  /** The column with the units on hand: an integer of any size. */
  readonly onHand: string;
  /** The column with the highest fencing token that was seen. Default `holdfast_token`. */
  readonly token?: string;
  /** The column with the number of the last access. Default `holdfast_sequence`. */
  readonly sequence?: string;
  /** The column with what the last access moved. Default `holdfast_last_delta`. */
  readonly lastDelta?: string;
}

const SKU_TYPES = ['text', 'varchar', 'integer', 'bigint', 'uuid'] as const;

/** A table of stock as it stands in SQL. */
export interface StockTable {
  readonly name: string;
  readonly sku: string;
  readonly onHand: string;
  readonly token: string;
  readonly sequence: string;
  readonly lastDelta: string;
  /** Whether rows are ours to make: a shop makes its own. */
  readonly isOurs: boolean;
  /** An expression of type text, as a value of the column `sku`. */
  key(text: string): string;
  /** The same as the ledger has it: `07` and `7` are one number, and so one sku. */
  keyText(text: string): string;
  readonly ledger: string;
}

/** Our own table, unless the shop's is given. Throws an OptionsError that names what is wrong with it. */
export function stockTable({ stock, ledger }: PostgresTables, shop?: ShopStockTable): StockTable {
  if (shop === undefined) {
    const plain = (text: string): string => `${text}::text`;
    const columns = { sku: 'sku', onHand: 'on_hand', token: 'token', sequence: 'sequence', lastDelta: 'last_delta' };
    return { name: stock, ...columns, isOurs: true, key: plain, keyText: plain, ledger };
  }
  const type = shop.skuType ?? 'text';
  if (!SKU_TYPES.includes(type)) throw new OptionsError(`stockTable.skuType must be one of ${SKU_TYPES.join(', ')}; got ${JSON.stringify(type)}`);
  const key = (text: string): string => `${text}::text::${type}`;
  return { ...namesOf(shop), isOurs: false, key, keyText: (text) => `${key(text)}::text`, ledger };
}

/** The statement that adds our columns to the shop's table: quick however large it is, and harmless when they are there. */
export function postgresStockColumnsSql(shop: ShopStockTable): string {
  const { name, token, sequence, lastDelta } = namesOf(shop);
  return `ALTER TABLE ${name}
  ADD COLUMN IF NOT EXISTS ${token} bigint NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS ${sequence} bigint NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS ${lastDelta} bigint;
`;
}

function namesOf(shop: ShopStockTable) {
  const { schema, token = 'holdfast_token', sequence = 'holdfast_sequence', lastDelta = 'holdfast_last_delta' } = shop;
  const columns = { sku: shop.sku, onHand: shop.onHand, token, sequence, lastDelta };
  const table = identifier('table', shop.table);
  const quoted = Object.fromEntries(Object.entries(columns).map(([option, name]) => [option, identifier(option, name)])) as typeof columns;
  if (new Set(Object.values(quoted)).size < Object.keys(quoted).length) throw new OptionsError('stockTable names one column twice: each needs its own');
  return { name: schema === undefined ? table : `${identifier('schema', schema)}.${table}`, ...quoted };
}

/** In quotes, as PostgreSQL would fold it to small letters without. It cuts longer names, and may then mean another. */
function identifier(option: string, name: unknown): string {
  if (typeof name === 'string' && /^[\p{L}_][\p{L}\p{N}_$ -]*$/u.test(name) && new TextEncoder().encode(name).length <= 63) return `"${name}"`;
  const wanted = 'a name of at most 63 bytes: letters, digits, underscores, dollars, spaces and dashes, a letter or underscore first';
  throw new OptionsError(`stockTable.${option} must be ${wanted}; got ${JSON.stringify(name)}`);
}
