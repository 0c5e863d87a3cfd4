import type { PostgresStatement } from '../ports/postgres.js';
import type { StockTable } from './postgres-stock-table.js';

/**
 * All lines of a basket or none. Params: skus, quantities, tokens or nulls (three arrays, in lock order), operation id. Gives a
 * row for each line that was decided: all that were taken, or those that are short or stale; none when a sku has no row yet.
 *
 * `locked` is where it waits, one row after the other: FOR UPDATE works on rows as they come out of the sort, and gives each as
 * it is once it is locked. (An UPDATE that joins the lines locks in whatever order the plan finds them.) What follows it is
 * decided on locked rows only, all of them: `basket` is a sum over them. The look for the operation is older; a request of the
 * same id that overtakes it is thrown back by the primary key of the ledger (23505), see `movement`.
 */
export const basketStatement = (table: StockTable): PostgresStatement => ({
  name: 'stock-basket',
  sql: `
WITH line AS (
  SELECT line.sku, line.quantity, line.token, line.place
  FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS line (sku, quantity, token, place)
), before AS (
  SELECT entry.sku, entry.verdict, entry.on_hand, entry.sequence FROM ${table.ledger} AS entry
  WHERE entry.operation_id = $4::text AND entry.sku IN (SELECT ${table.keyText('line.sku')} FROM line)
), locked AS (
  SELECT stock.${table.sku} AS sku, stock.${table.onHand} AS on_hand, stock.${table.token} AS seen, line.quantity, line.token
  FROM line JOIN ${table.name} AS stock ON stock.${table.sku} = ${table.key('line.sku')}
  WHERE NOT EXISTS (SELECT 1 FROM before)
  ORDER BY line.place
  FOR UPDATE OF stock
), basket AS (
  SELECT count(*) AS lines, coalesce(bool_or(token < seen), false) AS is_stale, coalesce(bool_or(on_hand < quantity), false) AS is_short FROM locked
), moved AS (
  UPDATE ${table.name} AS stock SET
    ${table.lastDelta} = CASE WHEN basket.is_short THEN NULL ELSE -locked.quantity END,
    ${table.onHand} = CASE WHEN basket.is_short THEN stock.${table.onHand} ELSE stock.${table.onHand} - locked.quantity END,
    ${table.token} = greatest(stock.${table.token}, locked.token),
    ${table.sequence} = stock.${table.sequence} + 1
  FROM locked CROSS JOIN basket
  WHERE stock.${table.sku} = locked.sku AND basket.lines = cardinality($1::text[]) AND NOT basket.is_stale
    AND (NOT basket.is_short OR locked.on_hand < locked.quantity)
  RETURNING stock.${table.sku}::text AS sku, stock.${table.lastDelta} AS last_delta, stock.${table.onHand} AS on_hand, stock.${table.sequence} AS sequence,
    locked.token AS token
), booked AS (
  INSERT INTO ${table.ledger} (sku, operation_id, verdict, delta, on_hand, token, sequence)
  SELECT sku, $4::text, CASE WHEN last_delta IS NULL THEN 'insufficient' ELSE 'moved' END, coalesce(last_delta, 0), on_hand, token, sequence FROM moved
  RETURNING sku, verdict, on_hand, sequence
)
SELECT verdict, on_hand::text AS on_hand, sequence::text AS sequence, 'first' AS time, sku FROM booked
UNION ALL
SELECT verdict, on_hand::text, sequence::text, 'repeated', sku FROM before
UNION ALL
SELECT 'stale-token', NULL, NULL, NULL, sku::text FROM locked WHERE token < seen`,
});
