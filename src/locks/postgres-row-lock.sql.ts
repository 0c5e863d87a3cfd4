import type { PostgresStatement } from '../ports/postgres.js';
import { NOW } from './postgres-lease-lock.sql.js';
import type { PostgresTables } from './postgres-tables.js';

export interface RowLockStatements {
  /** Params: key. Makes the row if it is absent. */
  readonly make: PostgresStatement;
  /** Params: key. Waits for the row; gives `t`, the server process and the token, or no row for an absent one. */
  readonly wait: PostgresStatement;
  /** The same, but gives no row at once for one that is locked. */
  readonly skip: PostgresStatement;
  /** The same, but 55P03 for one that is locked. */
  readonly nowait: PostgresStatement;
  /** Params: key. One row if the key has one, locked or not. */
  readonly look: PostgresStatement;
}

export function rowLockStatements({ locks }: PostgresTables): RowLockStatements {
  /**
   * The token is written in the locked row, and never repeats though the write may be rolled back: 1. A locks the row, and
   * is given last + 1.  2. A uses its token; then its transaction is undone, and `last` is what it was.  3. B locks the row:
   * last + 1 is A's token again. So it is the server's time where that is more, as it is unless the clock stepped back.
   *
   * After a wait the server computes it anew from the row as its last holder left it, at the time that it is then.
   */
  const lock = (row: string): string =>
    `UPDATE ${locks} AS lock SET token = greatest(lock.token + 1, ${NOW}) WHERE lock.key ${row} RETURNING 't', pg_backend_pid()::text, lock.token::text`;
  const unless = (locked: string): string => lock(`IN (SELECT key FROM ${locks} WHERE key = $1::text FOR UPDATE ${locked})`);
  return {
    // Only where it is absent: ON CONFLICT would have it wait for whoever has locked the row.
    make: {
      name: 'lock-row-make',
      sql: `INSERT INTO ${locks} (key) SELECT $1::text WHERE NOT EXISTS (SELECT 1 FROM ${locks} WHERE key = $1::text) ON CONFLICT (key) DO NOTHING`,
    },
    wait: { name: 'lock-row-wait', sql: lock('= $1::text') },
    skip: { name: 'lock-row-skip', sql: unless('SKIP LOCKED') },
    nowait: { name: 'lock-row-nowait', sql: unless('NOWAIT') },
    look: { name: 'lock-row-look', sql: `SELECT 1 FROM ${locks} WHERE key = $1::text` },
  };
}

/** The rows that stand for keys. */
export const lockTable = ({ locks }: PostgresTables): readonly string[] => [
  `CREATE TABLE ${locks} (
  key text PRIMARY KEY,
  token bigint NOT NULL DEFAULT 0 -- of the last holder whose transaction was committed
)`,
];
