import type { PostgresStatement } from '../ports/postgres.js';
import type { PostgresTables } from './postgres-tables.js';

/** The server's time in whole microseconds since 1970. */
export const NOW = '(extract(epoch FROM clock_timestamp()) * 1000000)::bigint';

/** Why `clock_timestamp()` everywhere: `now()` is the start of the transaction, and a statement may have waited for its row since (P5). */
const inMicroseconds = (param: string): string => `${param}::bigint * interval '1 microsecond'`;

/**
 * Params: key, owner, ttl in microseconds. Gives one row (verdict, token or holder, remaining microseconds), or none when
 * the key was free as this statement began, and another's when it came to the row.
 *
 * `seen` is that beginning. It spares those who wait for a holder any write: even an upsert that changes nothing would
 * lock the row, and have the disk confirm it. What decides is the condition of the update, which is checked on the row
 * as it is once it is locked (test: "eight clients, one holder at a time").
 *
 * `released` (test: "a released owner is outlawed"): 1. acquire; no answer.  2. The client gives up, and releases to be
 * sure.  3. The first request gets to the row at last: the key is free, and its owner has gone.
 *
 * An own lease that is over gets a new token, as after anybody else's. One that is not keeps its token and never gets
 * shorter: 1. acquire for 1 s; the reply is late.  2. It is sent again, and granted.  3. The lease is extended to 60 s.
 * 4. The first request is executed, and would cut it to 1 s.
 */
const acquireSql = ({ leases }: PostgresTables, newToken: string): string => `
WITH seen AS (
  SELECT owner, released, (extract(epoch FROM expires_at - clock_timestamp()) * 1000000)::bigint AS remaining
  FROM ${leases} WHERE key = $1::text
), granted AS (
  INSERT INTO ${leases} AS lease (key, owner, token, expires_at)
  SELECT $1::text, $2::text, ${newToken}, clock_timestamp() + ${inMicroseconds('$3')}
  WHERE NOT EXISTS (SELECT 1 FROM seen WHERE released = $2::text OR (owner <> $2::text AND remaining > 0))
  ON CONFLICT (key) DO UPDATE SET
    owner = excluded.owner,
    token = CASE WHEN lease.owner = excluded.owner AND lease.expires_at > clock_timestamp() THEN lease.token ELSE greatest(lease.token + 1, ${newToken}) END,
    expires_at = greatest(lease.expires_at, clock_timestamp() + ${inMicroseconds('$3')})
  WHERE lease.released IS DISTINCT FROM excluded.owner AND (lease.owner = excluded.owner OR lease.expires_at <= clock_timestamp())
  RETURNING token
)
SELECT 'granted' AS verdict, token::text AS value, NULL AS remaining FROM granted
UNION ALL
SELECT CASE WHEN released = $2::text THEN 'released' ELSE 'held' END, owner, remaining::text FROM seen
WHERE NOT EXISTS (SELECT 1 FROM granted) AND (released = $2::text OR (owner <> $2::text AND remaining > 0))`;

export interface LeaseStatements {
  readonly acquire: PostgresStatement;
  /** The same with the token of a new grant as fourth parameter; it is raised where it isn't beyond the last one. */
  readonly acquireWithToken: PostgresStatement;
  /** Params: key. Gives owner and remaining microseconds, or no row for a key that is free. */
  readonly look: PostgresStatement;
  readonly extend: PostgresStatement;
  readonly release: PostgresStatement;
  readonly sweep: PostgresStatement;
}

export function leaseStatements(tables: PostgresTables): LeaseStatements {
  const { leases } = tables;
  return {
    acquire: { name: 'lease-acquire', sql: acquireSql(tables, NOW) },
    acquireWithToken: { name: 'lease-acquire', sql: acquireSql(tables, '$4::bigint') },
    look: {
      name: 'lease-look',
      sql: `SELECT owner, (extract(epoch FROM expires_at - clock_timestamp()) * 1000000)::bigint::text
FROM ${leases} WHERE key = $1::text AND expires_at > clock_timestamp()`,
    },

    /**
     * Params: key, owner, token, ttl in microseconds. Owner and token are compared (test: R12): 1. A's lease expires.  2. B
     * is granted the key.  3. A's late renewal arrives: unchecked, it would keep B's key, and tell A that all is well.
     */
    extend: {
      name: 'lease-extend',
      sql: `
UPDATE ${leases} SET expires_at = greatest(expires_at, clock_timestamp() + ${inMicroseconds('$4')})
WHERE key = $1::text AND owner = $2::text AND token = $3::bigint AND expires_at > clock_timestamp()`,
    },

    /**
     * Params: key, owner, channel. Gives whether it ended a lease that lasted still; asked again, the same.
     *
     * The owner is compared on the locked row (tests: R7, R13): 1. A's lease expires while A works.  2. B is granted the
     * key.  3. A is done and releases: unchecked, it would free B's key.  4. C is granted it beside B. Whoever never had the
     * key is noted all the same: its acquire may yet arrive.
     */
    release: {
      name: 'lease-release',
      sql: `
WITH noted AS (
  INSERT INTO ${leases} AS lease (key, owner, token, expires_at, released, in_time)
  VALUES ($1::text, $2::text, 0, clock_timestamp(), $2::text, false)
  ON CONFLICT (key) DO UPDATE SET
    in_time = lease.owner = excluded.owner AND CASE WHEN lease.released = excluded.owner THEN lease.in_time ELSE lease.expires_at > clock_timestamp() END,
    expires_at = CASE WHEN lease.owner = excluded.owner THEN least(lease.expires_at, clock_timestamp()) ELSE lease.expires_at END,
    released = excluded.owner
  RETURNING in_time
)
SELECT in_time, CASE WHEN in_time THEN pg_notify($3::text, $1::text)::text END FROM noted`,
    },

    /** Params: age in microseconds. A row may go: by then the time is past every token that it gave. */
    sweep: {
      name: 'lease-sweep',
      sql: `DELETE FROM ${leases} WHERE expires_at < clock_timestamp() - ${inMicroseconds('$1')}`,
    },
  };
}

/** What the lock keeps of a key. `owner` and `token` are those of the last grant; the key is free when `expires_at` is past. */
export const leaseTable = ({ leases }: PostgresTables): readonly string[] => [
  `CREATE TABLE ${leases} (
  key text PRIMARY KEY,
  owner text NOT NULL,
  token bigint NOT NULL,
  expires_at timestamptz NOT NULL,
  released text, -- the owner that gave back last
  in_time boolean NOT NULL DEFAULT false -- whether its lease lasted still
)`,
];
