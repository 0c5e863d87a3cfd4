import { wholeNumber } from '../base/options.js';
import { milliseconds, type Duration } from '../base/time.js';
import type { PostgresPort, PostgresStatement, PostgresValue } from '../ports/postgres.js';
import type { GuardedAnswer, LeaseClaim } from './guarded-register.js';
import { withoutResult } from './postgres-answer.js';
import { postgresTables, type PostgresTables } from './postgres-tables.js';

export interface PostgresGuardedRegisterOptions {
  /** The lock's own PostgreSQL: guard and value must be in one store. */
  readonly postgres: PostgresPort;
  /** The same as the lock's. Default `holdfast`. */
  readonly prefix?: string;
  /** How long one request waits for its answer. Default 100 ms. */
  readonly timeoutMs?: number;
}

/**
 * A value beside its lock's lease, in the same PostgreSQL: an access is accepted only from the lock's *present* owner with
 * its token, compared in the same statement, while the lease lasts. `GuardedRegister` of `holdfast/redis` is its like.
 *
 * Each method is one request. A write that ended `unknown` may be repeated while the lease lasts: it sets the same value.
 */
export class PostgresGuardedRegister {
  readonly #postgres: PostgresPort;
  readonly #statements: ReturnType<typeof registerStatements>;
  readonly #timeout: Duration;

  constructor({ postgres, prefix, timeoutMs }: PostgresGuardedRegisterOptions) {
    this.#postgres = postgres;
    this.#statements = registerStatements(postgresTables(prefix));
    this.#timeout = milliseconds(wholeNumber('timeoutMs', timeoutMs ?? 100, 1));
  }

  /** Sets the register that belongs to the lease's key. */
  write(lease: LeaseClaim, value: string): Promise<GuardedAnswer> {
    return this.#access(this.#statements.write, lease, [value]);
  }

  /** Reads it, as its present holder. */
  read(lease: LeaseClaim): Promise<GuardedAnswer> {
    return this.#access(this.#statements.read, lease, []);
  }

  async #access(statement: PostgresStatement, { key, owner, token }: LeaseClaim, value: readonly PostgresValue[]): Promise<GuardedAnswer> {
    const answer = await this.#postgres.query(statement, [key, owner, String(token), ...value], { timeout: this.#timeout });
    if (answer.status !== 'ok') return withoutResult(answer);
    const [row] = answer.value.rows;
    if (row === undefined) return { status: 'refused', reason: 'not-holder' };
    return { status: 'accepted', value: row[0] ?? null, sequence: Number(row[1]) };
  }
}

/**
 * Params: key, owner, token; the value. Gives value and sequence, or no row to whoever is not the holder.
 *
 * The lease's row is locked as it is compared (test: "a former owner's write"): 1. A's write finds that A holds the key.  2. A's
 * lease expires, and B is granted the key and writes.  3. A's write lands on B's. Locked, the grant of step 2 waits for it.
 */
function registerStatements({ leases, registers }: PostgresTables): { readonly write: PostgresStatement; readonly read: PostgresStatement } {
  const access = (values: string, change: string): string => `
WITH held AS (
  SELECT key FROM ${leases} WHERE key = $1::text AND owner = $2::text AND token = $3::bigint AND expires_at > clock_timestamp() FOR UPDATE
)
INSERT INTO ${registers} AS register (key, value, sequence) SELECT key, ${values}, 1 FROM held
ON CONFLICT (key) DO UPDATE SET ${change}sequence = register.sequence + 1
RETURNING value, sequence::text`;
  return {
    write: { name: 'register-write', sql: access('$4::text', 'value = excluded.value, ') },
    read: { name: 'register-read', sql: access('NULL', '') },
  };
}

export const registerTable = ({ registers }: PostgresTables): readonly string[] => [
  `CREATE TABLE ${registers} (
  key text PRIMARY KEY,
  value text,
  sequence bigint NOT NULL -- how many accesses were accepted
)`,
];
