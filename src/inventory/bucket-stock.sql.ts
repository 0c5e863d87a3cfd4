import type { PostgresTables } from '../locks/postgres-tables.js';
import type { PostgresStatement } from '../ports/postgres.js';

export interface BucketStatements {
  readonly takeFree: PostgresStatement;
  readonly takeOwn: PostgresStatement;
  readonly move: PostgresStatement;
  readonly write: PostgresStatement;
  readonly read: PostgresStatement;
  readonly fencedRead: PostgresStatement;
  readonly open: PostgresStatement;
  readonly ledger: PostgresStatement;
}

/** How a movement of all buckets decides, on their sum. */
interface Decision {
  readonly name: string;
  readonly condition: string;
  readonly onHand: string;
  readonly otherwise: string;
}

export function bucketStatements({ buckets, ledger, places }: PostgresTables): BucketStatements {
  const before = `SELECT 1 FROM ${ledger} WHERE sku = $1::text AND operation_id = $2::text`;
  const repeated = `SELECT verdict, on_hand::text, sequence::text, 'repeated' FROM ${ledger} WHERE sku = $1::text AND operation_id = $2::text`;

  /**
   * Takes from one bucket. Params: sku, operation id, quantity, bucket. Gives one row (verdict, on hand, sequence, first or
   * repeated). The verdict is `moved`; `insufficient`; `busy`, when no bucket was free that has as many, but some may;
   * `scattered`, when there are as many in all, but not in one bucket; or no row, when the sku has none yet.
   *
   * It is sold out only if the sum of all buckets says so, by the one snapshot of this statement: at that instant there was
   * too little. (Adding up what one finds bucket by bucket would miss units that a restock brings in behind.) Of a request
   * with the same id in another bucket it knows nothing; the ledger has one key for both, and throws the second back.
   */
  const take = (name: string, pick: string): PostgresStatement => ({
    name,
    sql: `
WITH picked AS (${pick}
), moved AS (
  UPDATE ${buckets} AS bucket SET on_hand = bucket.on_hand - $3::bigint, sequence = nextval('${places}')
  FROM picked WHERE bucket.sku = $1::text AND bucket.bucket = picked.bucket
  RETURNING bucket.bucket, bucket.on_hand, bucket.sequence
), sums AS (
  SELECT count(*) AS buckets, sum(on_hand) AS on_hand, max(on_hand) AS largest, max(sequence) AS sequence FROM ${buckets} WHERE sku = $1::text
), others AS (
  SELECT sum(bucket.on_hand) AS on_hand FROM ${buckets} AS bucket CROSS JOIN moved WHERE bucket.sku = $1::text AND bucket.bucket <> moved.bucket
), decided AS (
  SELECT 'moved' AS verdict, -$3::bigint AS delta, moved.on_hand + coalesce(others.on_hand, 0) AS on_hand, moved.sequence FROM moved CROSS JOIN others
  UNION ALL
  SELECT 'insufficient', 0, on_hand, sequence FROM sums WHERE buckets > 0 AND on_hand < $3::bigint AND NOT EXISTS (SELECT 1 FROM moved) AND NOT EXISTS (${before})
), booked AS (
  INSERT INTO ${ledger} (sku, operation_id, verdict, delta, on_hand, sequence)
  SELECT $1::text, $2::text, verdict, delta, on_hand, sequence FROM decided
  RETURNING verdict, on_hand, sequence
)
SELECT verdict, on_hand::text AS on_hand, sequence::text AS sequence, 'first' AS time FROM booked
UNION ALL
${repeated}
UNION ALL
SELECT CASE WHEN largest >= $3::bigint THEN 'busy' ELSE 'scattered' END, on_hand::text, sequence::text, NULL FROM sums
WHERE on_hand >= $3::bigint AND NOT EXISTS (SELECT 1 FROM booked) AND NOT EXISTS (${before})`,
  });

  /**
   * Moves the sum of all buckets, locked one after the other, and spreads what is there then evenly over them. Params: sku,
   * operation id, token or null, then the decision's. Gives what `movement` of a single row gives.
   */
  const whole = ({ name, condition, onHand, otherwise }: Decision): PostgresStatement => ({
    name,
    sql: `
WITH locked AS (
  SELECT bucket.bucket, bucket.on_hand, bucket.token FROM ${buckets} AS bucket WHERE bucket.sku = $1::text AND NOT EXISTS (${before})
  ORDER BY bucket.bucket FOR UPDATE
), ranked AS (
  SELECT bucket, (SELECT count(*) FROM locked AS earlier WHERE earlier.bucket < locked.bucket) AS rank FROM locked
), summed AS (
  SELECT count(*) AS buckets, sum(on_hand)::bigint AS on_hand, max(token) AS seen FROM locked
), decided AS (
  SELECT buckets, on_hand AS found, CASE WHEN ${condition} THEN ${onHand} ELSE on_hand END AS on_hand, ${condition} AS is_moved, nextval('${places}') AS sequence
  FROM summed WHERE buckets > 0 AND ($3::bigint IS NULL OR seen <= $3::bigint)
), moved AS (
  UPDATE ${buckets} AS bucket SET
    on_hand = decided.on_hand / decided.buckets + CASE WHEN ranked.rank < decided.on_hand % decided.buckets THEN 1 ELSE 0 END,
    token = greatest(bucket.token, $3::bigint),
    sequence = decided.sequence
  FROM ranked CROSS JOIN decided WHERE bucket.sku = $1::text AND bucket.bucket = ranked.bucket
), booked AS (
  INSERT INTO ${ledger} (sku, operation_id, verdict, delta, on_hand, token, sequence)
  SELECT $1::text, $2::text, CASE WHEN is_moved THEN 'moved' ELSE '${otherwise}' END, on_hand - found, on_hand, $3::bigint, sequence FROM decided
  RETURNING verdict, on_hand, sequence
)
SELECT verdict, on_hand::text AS on_hand, sequence::text AS sequence, 'first' AS time FROM booked
UNION ALL
${repeated}
UNION ALL
SELECT 'stale-token', NULL, NULL, NULL FROM summed WHERE seen > $3::bigint`,
  });

  return {
    /** The first free bucket that has as many, from the given one on. */
    takeFree: take(
      'bucket-take-free',
      `
  SELECT bucket.bucket FROM ${buckets} AS bucket WHERE bucket.sku = $1::text AND bucket.on_hand >= $3::bigint AND NOT EXISTS (${before})
  ORDER BY bucket.bucket < $4::integer, bucket.bucket LIMIT 1 FOR UPDATE SKIP LOCKED`,
    ),
    /** The given bucket, after waiting for it. */
    takeOwn: take(
      'bucket-take-own',
      `
  SELECT bucket.bucket FROM ${buckets} AS bucket
  WHERE bucket.sku = $1::text AND bucket.bucket = $4::integer AND bucket.on_hand >= $3::bigint AND NOT EXISTS (${before}) FOR UPDATE`,
    ),
    /** Fourth param: delta. */
    move: whole({ name: 'bucket-move', condition: 'on_hand + $4::bigint >= 0', onHand: 'on_hand + $4::bigint', otherwise: 'insufficient' }),
    /** Fourth param: new on hand; fifth: expected on hand or null. */
    write: whole({ name: 'bucket-write', condition: '($5::bigint IS NULL OR on_hand = $5::bigint)', onHand: '$4::bigint', otherwise: 'conflict' }),
    /** Params: sku. */
    read: {
      name: 'bucket-read',
      sql: `SELECT 'read' AS verdict, coalesce(sum(on_hand), 0)::text AS on_hand, coalesce(max(sequence), 0)::text AS sequence FROM ${buckets} WHERE sku = $1::text`,
    },
    /** Params: sku, token. */
    fencedRead: {
      name: 'bucket-fenced-read',
      sql: `
WITH locked AS (
  SELECT bucket, on_hand, token FROM ${buckets} WHERE sku = $1::text ORDER BY bucket FOR UPDATE
), summed AS (
  SELECT sum(on_hand) AS on_hand, max(token) AS seen FROM locked
), decided AS (
  SELECT on_hand, nextval('${places}') AS sequence FROM summed WHERE seen <= $2::bigint
), raised AS (
  UPDATE ${buckets} AS bucket SET token = $2::bigint, sequence = decided.sequence
  FROM locked CROSS JOIN decided WHERE bucket.sku = $1::text AND bucket.bucket = locked.bucket
)
SELECT 'read' AS verdict, on_hand::text AS on_hand, sequence::text AS sequence FROM decided
UNION ALL
SELECT 'stale-token', NULL, NULL FROM summed WHERE seen > $2::bigint`,
    },
    /** Params: sku, number of buckets. A sku that has some keeps as many. */
    open: {
      name: 'bucket-open',
      sql: `INSERT INTO ${buckets} (sku, bucket) SELECT $1::text, bucket FROM generate_series(0, $2::integer - 1) AS bucket
WHERE NOT EXISTS (SELECT 1 FROM ${buckets} WHERE sku = $1::text) ON CONFLICT (sku, bucket) DO NOTHING`,
    },
    /** Params: sku. */
    ledger: {
      name: 'bucket-ledger',
      sql: `
SELECT sums.on_hand::text AS on_hand, entry.sequence::text AS sequence, entry.delta::text AS delta, entry.on_hand::text AS after,
  entry.token::text AS token, entry.operation_id AS operation_id
FROM (SELECT coalesce(sum(on_hand), 0) AS on_hand FROM ${buckets} WHERE sku = $1::text) AS sums
  LEFT JOIN ${ledger} AS entry ON entry.sku = $1::text AND entry.verdict = 'moved'
ORDER BY entry.sequence`,
    },
  };
}

/** `places` numbers accesses, in the order in which they have locked their buckets. */
export const bucketTables = ({ buckets, places }: PostgresTables): readonly string[] => [
  `CREATE SEQUENCE ${places}`,
  `CREATE TABLE ${buckets} (
  sku text NOT NULL,
  bucket integer NOT NULL,
  on_hand bigint NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
  token bigint NOT NULL DEFAULT 0, -- the highest that was seen
  sequence bigint NOT NULL DEFAULT 0, -- of the last access
  PRIMARY KEY (sku, bucket)
) WITH (fillfactor = 50)`,
];
