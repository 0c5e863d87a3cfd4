import type { PostgresTables } from '../locks/postgres-tables.js';
import type { PostgresStatement } from '../ports/postgres.js';

export interface StockStatements {
  readonly move: PostgresStatement;
  readonly write: PostgresStatement;
  readonly read: PostgresStatement;
  readonly fencedRead: PostgresStatement;
  readonly open: PostgresStatement;
  readonly ledger: PostgresStatement;
  readonly sweep: PostgresStatement;
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
const movement = ({ stock, ledger }: PostgresTables, { name, condition, onHand, otherwise }: Decision): PostgresStatement => ({
  name,
  sql: `
WITH moved AS (
  UPDATE ${stock} AS stock SET
    last_delta = CASE WHEN ${condition} THEN ${onHand} - stock.on_hand END,
    on_hand = CASE WHEN ${condition} THEN ${onHand} ELSE stock.on_hand END,
    token = greatest(stock.token, $3::bigint),
    sequence = stock.sequence + 1
  WHERE stock.sku = $1::text AND ($3::bigint IS NULL OR stock.token <= $3::bigint)
    AND NOT EXISTS (SELECT 1 FROM ${ledger} WHERE sku = $1::text AND operation_id = $2::text)
  RETURNING stock.last_delta, stock.on_hand, stock.sequence
), booked AS (
  INSERT INTO ${ledger} (sku, operation_id, verdict, delta, on_hand, token, sequence)
  SELECT $1::text, $2::text, CASE WHEN last_delta IS NULL THEN '${otherwise}' ELSE 'moved' END, coalesce(last_delta, 0), on_hand, $3::bigint, sequence
  FROM moved
  RETURNING verdict, on_hand, sequence
)
SELECT verdict, on_hand::text AS on_hand, sequence::text AS sequence, 'first' AS time FROM booked
UNION ALL
SELECT verdict, on_hand::text, sequence::text, 'repeated' FROM ${ledger} WHERE sku = $1::text AND operation_id = $2::text
UNION ALL
SELECT 'stale-token', NULL, NULL, NULL FROM ${stock} WHERE sku = $1::text AND NOT EXISTS (SELECT 1 FROM booked)
  AND NOT EXISTS (SELECT 1 FROM ${ledger} WHERE sku = $1::text AND operation_id = $2::text)`,
});

export function stockStatements(tables: PostgresTables): StockStatements {
  const { stock, ledger } = tables;
  return {
    /** Fourth param: delta. */
    move: movement(tables, {
      name: 'stock-move',
      condition: 'stock.on_hand + $4::bigint >= 0',
      onHand: 'stock.on_hand + $4::bigint',
      otherwise: 'insufficient',
    }),
    /** Fourth param: new on hand; fifth: expected on hand or null. */
    write: movement(tables, {
      name: 'stock-write',
      condition: '($5::bigint IS NULL OR stock.on_hand = $5::bigint)',
      onHand: '$4::bigint',
      otherwise: 'conflict',
    }),
    /** Params: sku. */
    read: { name: 'stock-read', sql: `SELECT 'read' AS verdict, on_hand::text AS on_hand, sequence::text AS sequence FROM ${stock} WHERE sku = $1::text` },
    /**
     * Params: sku, token. A read with a token is an access: it raises the fence and takes a number (tests: "a read raises the
     * fence"): 1. B's lease (token 6) begins while A (token 5) sleeps past its end.  2. B reads 1 unit.  3. A's delayed write
     * sets 0: no newer write came yet, so a fence on writes alone lets it in.  4. B, who read 1, sells it again and writes 0.
     */
    fencedRead: {
      name: 'stock-fenced-read',
      sql: `
WITH raised AS (
  UPDATE ${stock} SET token = $2::bigint, sequence = sequence + 1 WHERE sku = $1::text AND token <= $2::bigint RETURNING on_hand, sequence
)
SELECT 'read' AS verdict, on_hand::text AS on_hand, sequence::text AS sequence FROM raised
UNION ALL
SELECT 'stale-token', NULL, NULL FROM ${stock} WHERE sku = $1::text AND NOT EXISTS (SELECT 1 FROM raised)`,
    },
    /** Params: sku. */
    open: { name: 'stock-open', sql: `INSERT INTO ${stock} (sku) VALUES ($1::text) ON CONFLICT (sku) DO NOTHING` },
    /** Params: sku. On hand and movements by one snapshot: read one after the other, they need not agree. */
    ledger: {
      name: 'stock-ledger',
      sql: `
SELECT stock.on_hand::text AS on_hand, entry.sequence::text AS sequence, entry.delta::text AS delta, entry.on_hand::text AS after,
  entry.token::text AS token, entry.operation_id AS operation_id
FROM ${stock} AS stock LEFT JOIN ${ledger} AS entry ON entry.sku = stock.sku AND entry.verdict = 'moved'
WHERE stock.sku = $1::text ORDER BY entry.sequence`,
    },
    /** Params: age in microseconds. */
    sweep: {
      name: 'stock-sweep',
      sql: `DELETE FROM ${ledger} WHERE verdict <> 'moved' AND booked_at < clock_timestamp() - $1::bigint * interval '1 microsecond'`,
    },
  };
}

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
