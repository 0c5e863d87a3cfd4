import type { PostgresStatement } from '../ports/postgres.js';
import type { StockTable } from './postgres-stock-table.js';

/**
 * Many takes of one sku in one statement, decided in their order. Params: sku; operation ids, quantities, sums of the quantities
 * up to and with each, tokens or nulls (four arrays); lowest and highest token or null. Gives a row (verdict, on hand,
 * sequence, first or repeated, operation id) for each take that was decided; see below for which are not.
 *
 * The takes whose sum fits into what is on hand are taken: a first part of the list, as sums only grow. Of the others, those
 * that ask for more than is left then are refused, decided after all that was taken. The rest would fit, now that somebody
 * before them did not: they are given no answer, and are sent again, where they stand further in front.
 *
 * A batch in which any id was decided before moves nothing, or sums and places would not be those of the list: it gives those
 * answers, and the others are sent again. The same goes for a batch with a token that is too old: then the one row is
 * `stale-token`, with the highest token that the stock has seen in place of what is on hand.
 *
 * Fence, condition and repeats are decided on the locked row, as in `movement`.
 */
export const coalescedStatement = (table: StockTable): PostgresStatement => {
  const onHand = `stock.${table.onHand}`;
  const taken = `(SELECT coalesce(max(line.up_to), 0) FROM unnest($4::bigint[]) AS line (up_to) WHERE line.up_to <= ${onHand})`;
  return {
    name: 'stock-coalesced',
    sql: `
WITH before AS (
  SELECT entry.operation_id, entry.verdict, entry.on_hand, entry.sequence FROM ${table.ledger} AS entry
  WHERE entry.sku = ${table.keyText('$1')} AND entry.operation_id = ANY ($2::text[])
), moved AS (
  UPDATE ${table.name} AS stock SET
    ${table.lastDelta} = -${taken},
    ${table.onHand} = ${onHand} - ${taken},
    ${table.token} = greatest(stock.${table.token}, $7::bigint),
    ${table.sequence} = stock.${table.sequence} + cardinality($2::text[])
  WHERE stock.${table.sku} = ${table.key('$1')} AND ($6::bigint IS NULL OR stock.${table.token} <= $6::bigint) AND NOT EXISTS (SELECT 1 FROM before)
  RETURNING ${onHand} - stock.${table.lastDelta} AS found, ${onHand} AS remaining, stock.${table.sequence} - cardinality($2::text[]) AS sequence
), booked AS (
  INSERT INTO ${table.ledger} (sku, operation_id, verdict, delta, on_hand, token, sequence)
  SELECT ${table.keyText('$1')}, line.operation_id,
    CASE WHEN line.up_to <= moved.found THEN 'moved' ELSE 'insufficient' END,
    CASE WHEN line.up_to <= moved.found THEN -line.quantity ELSE 0 END,
    CASE WHEN line.up_to <= moved.found THEN moved.found - line.up_to ELSE moved.remaining END,
    line.token, moved.sequence + line.place
  FROM moved CROSS JOIN unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) WITH ORDINALITY AS line (operation_id, quantity, up_to, token, place)
  WHERE line.up_to <= moved.found OR line.quantity > moved.remaining
  RETURNING verdict, on_hand, sequence, operation_id
)
SELECT verdict, on_hand::text AS on_hand, sequence::text AS sequence, 'first' AS time, operation_id FROM booked
UNION ALL
SELECT verdict, on_hand::text, sequence::text, 'repeated', operation_id FROM before
UNION ALL
SELECT 'stale-token', stock.${table.token}::text, NULL, NULL, NULL FROM ${table.name} AS stock
WHERE stock.${table.sku} = ${table.key('$1')} AND NOT EXISTS (SELECT 1 FROM moved) AND NOT EXISTS (SELECT 1 FROM before)`,
  };
};
