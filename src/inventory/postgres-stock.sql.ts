import type { PostgresTables } from '../locks/postgres-tables.js';
import type { PostgresStatement } from '../ports/postgres.js';
import type { StockTable } from './postgres-stock-table.js';

export interface StockStatements {
  readonly move: PostgresStatement;
  readonly write: PostgresStatement;
  readonly read: PostgresStatement;
  readonly fencedRead: PostgresStatement;
  /** Makes rows for skus without one; null where the shop makes them. */
  readonly open: PostgresStatement | null;
  readonly ledger: PostgresStatement;
}

/** How a kind of movement decides, on the stock's row as it is once it is locked. */
interface Decision {
  readonly name: string;
  readonly condition: string;
  readonly onHand: string;
  /** What is remembered when the condition does not hold. */
  readonly otherwise: string;
}

/**
 * One conditional statement. Params: sku, operation id, token or null, then the decision's. Gives one row (verdict, on hand,
 * sequence, first or repeated), or none when the sku has no row yet.
 *
 * The update is what decides: the server locks the row, and checks fence and condition on what it has locked (P2: 1. two
 * clients read 1 unit.  2. Both find that enough.  3. Both write 0). It has no row to change when the operation was decided
 * before, or when the fence is in the way; which of them, the last two parts say. First comes the operation, then the fence:
 * what was accepted once stays so.
 *
 * The look for the operation is as old as the statement. Two requests of one id at once: both see none, one waits for the
 * other's row lock, moves stock a second time, and is thrown back by the primary key of the ledger, its movement with it
 * (23505). Asked again, it finds the first one's answer. (test: "one operation, eight times at once")
 *
 * Refusals are booked too: 1. the first request is held up.  2. The repeat is refused.  3. Stock comes in.  4. The first
 * request arrives, and sells to somebody who was told that there is none. (test: "remembers a refusal")
 */
const movement = (table: StockTable, { name, condition, onHand, otherwise }: Decision): PostgresStatement => {
  const before = `SELECT 1 FROM ${table.ledger} WHERE sku = ${table.keyText('$1')} AND operation_id = $2::text`;
  return {
    name,
    sql: `
WITH moved AS (
  UPDATE ${table.name} AS stock SET
    ${table.lastDelta} = CASE WHEN ${condition} THEN ${onHand} - stock.${table.onHand} END,
    ${table.onHand} = CASE WHEN ${condition} THEN ${onHand} ELSE stock.${table.onHand} END,
    ${table.token} = greatest(stock.${table.token}, $3::bigint),
    ${table.sequence} = stock.${table.sequence} + 1
  WHERE stock.${table.sku} = ${table.key('$1')} AND ($3::bigint IS NULL OR stock.${table.token} <= $3::bigint) AND NOT EXISTS (${before})
  RETURNING stock.${table.lastDelta} AS last_delta, stock.${table.onHand} AS on_hand, stock.${table.sequence} AS sequence
), booked AS (
  INSERT INTO ${table.ledger} (sku, operation_id, verdict, delta, on_hand, token, sequence)
  SELECT ${table.keyText('$1')}, $2::text, CASE WHEN last_delta IS NULL THEN '${otherwise}' ELSE 'moved' END,
    coalesce(last_delta, 0), on_hand, $3::bigint, sequence
  FROM moved
  RETURNING verdict, on_hand, sequence
)
SELECT verdict, on_hand::text AS on_hand, sequence::text AS sequence, 'first' AS time FROM booked
UNION ALL
SELECT verdict, on_hand::text, sequence::text, 'repeated' FROM ${table.ledger} WHERE sku = ${table.keyText('$1')} AND operation_id = $2::text
UNION ALL
SELECT 'stale-token', NULL, NULL, NULL FROM ${table.name} WHERE ${table.sku} = ${table.key('$1')} AND NOT EXISTS (SELECT 1 FROM booked)
  AND NOT EXISTS (${before})`,
  };
};

export function stockStatements(table: StockTable): StockStatements {
  const { name, sku, onHand, token, sequence, ledger } = table;
  return {
    /** Fourth param: delta. */
    move: movement(table, {
      name: 'stock-move',
      condition: `stock.${onHand} + $4::bigint >= 0`,
      onHand: `stock.${onHand} + $4::bigint`,
      otherwise: 'insufficient',
    }),
    /** Fourth param: new on hand; fifth: expected on hand or null. */
    write: movement(table, {
      name: 'stock-write',
      condition: `($5::bigint IS NULL OR stock.${onHand} = $5::bigint)`,
      onHand: '$4::bigint',
      otherwise: 'conflict',
    }),
    /** Params: sku. */
    read: {
      name: 'stock-read',
      sql: `SELECT 'read' AS verdict, ${onHand}::text AS on_hand, ${sequence}::text AS sequence FROM ${name} WHERE ${sku} = ${table.key('$1')}`,
    },
    /**
     * Params: sku, token. A read with a token is an access: it raises the fence and takes a number (tests: "a read raises the
     * fence"): 1. B's lease (token 6) begins while A (token 5) sleeps past its end.  2. B reads 1 unit.  3. A's delayed write
     * sets 0: no newer write came yet, so a fence on writes alone lets it in.  4. B, who read 1, sells it again and writes 0.
     */
    fencedRead: {
      name: 'stock-fenced-read',
      sql: `
WITH raised AS (
  UPDATE ${name} SET ${token} = $2::bigint, ${sequence} = ${sequence} + 1 WHERE ${sku} = ${table.key('$1')} AND ${token} <= $2::bigint
  RETURNING ${onHand} AS on_hand, ${sequence} AS sequence
)
SELECT 'read' AS verdict, on_hand::text AS on_hand, sequence::text AS sequence FROM raised
UNION ALL
SELECT 'stale-token', NULL, NULL FROM ${name} WHERE ${sku} = ${table.key('$1')} AND NOT EXISTS (SELECT 1 FROM raised)`,
    },
    /** Params: skus. In the order of the list, so that two that open the same ones do not wait for each other. */
    open: table.isOurs
      ? { name: 'stock-open', sql: `INSERT INTO ${name} (${sku}) SELECT line.sku FROM unnest($1::text[]) AS line (sku) ON CONFLICT (${sku}) DO NOTHING` }
      : null,
    /** Params: sku. On hand and movements by one snapshot: read one after the other, they need not agree. */
    ledger: {
      name: 'stock-ledger',
      sql: `
SELECT stock.${onHand}::text AS on_hand, entry.sequence::text AS sequence, entry.delta::text AS delta, entry.on_hand::text AS after,
  entry.token::text AS token, entry.operation_id AS operation_id
FROM ${name} AS stock LEFT JOIN ${ledger} AS entry ON entry.sku = stock.${sku}::text AND entry.verdict = 'moved'
WHERE stock.${sku} = ${table.key('$1')} ORDER BY entry.sequence`,
    },
  };
}

/** Params: age in microseconds. */
export const sweepStatement = ({ ledger }: PostgresTables): PostgresStatement => ({
  name: 'stock-sweep',
  sql: `DELETE FROM ${ledger} WHERE verdict <> 'moved' AND booked_at < clock_timestamp() - $1::bigint * interval '1 microsecond'`,
});

/** `last_delta` is null when the last access was refused: before version 18 a statement can only return what a row has become. */
export const stockTables = ({ stock, ledger }: PostgresTables): readonly string[] => [
  `CREATE TABLE ${stock} (
  sku text PRIMARY KEY,
  on_hand bigint NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
  token bigint NOT NULL DEFAULT 0, -- the highest that was seen
  sequence bigint NOT NULL DEFAULT 0, -- of the last access
  last_delta bigint
)`,
  `CREATE TABLE ${ledger} (
  sku text NOT NULL,
  operation_id text NOT NULL,
  verdict text NOT NULL, -- moved, or why not
  delta bigint NOT NULL,
  on_hand bigint NOT NULL, -- after it
  token bigint,
  sequence bigint NOT NULL,
  booked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (sku, operation_id)
)`,
];
