import { OptionsError } from '../base/options-error.js';
import type { Envelope } from './envelope.js';
import type { LockProtocol } from './lock-protocol.js';
import { PostgresHeldLock, type HeldLockOptions } from './postgres-held-lock.js';
import type { ServerLock } from './postgres-held-session.js';
import { postgresLeaseLockEnvelope } from './postgres-lease-lock.js';

/**
 * PostgreSQL's advisory lock as a fair queue, and a lease in a committed row (12 or later).
 *
 * 1. ACQUIRE: a session of its own; BEGIN at READ COMMITTED (P3); `lock_timeout`, and `idle_in_transaction_session_timeout` of
 *    one and a half ttls, both for this transaction only; `pg_advisory_xact_lock` of the key's hash, or the try form for
 *    whoever does not wait. The server grants in the order in which they came, and wakes who is next.
 * 2. Then, on any connection, the lease: moves 1 and 2 of `postgres-lease`, in the same table, so that both locks, and
 *    `postgres-row`, exclude each other. Its token is this grant's: taken after the lock was had, committed before it is told.
 * 3. EXTEND: a statement in the session, which restarts the server's timer, and the lease's own move 3. A session that was
 *    lost loses the lease, and its signal tells at once.
 * 4. RELEASE: end the lease, then COMMIT, then close the session.
 * 5. Who holds the lock and sleeps for one and a half ttls is ended by the server (25P03). Who waits without an answer for
 *    longer than its ttl (at least 1 s), or gives up, ends its session (P8), and asks in a new one, at the end of the queue.
 *
 * Keys are hashed to 64 bits by the server (`hashtextextended(key, 0)`), so that SQL written by hand can lock them too. Two
 * keys of one hash share a queue, and wait for each other needlessly; both of them are as safe as ever.
 *
 * With `scope: 'session'` the lock is `pg_advisory_lock` outside a transaction: it does not hold back VACUUM, but a holder that
 * is cut off keeps the queue until the server misses it (TCP keep-alive). Each use compares `pg_backend_pid()`, and takes
 * another process for a loss. Behind a pooler in transaction mode that misses what happens between two uses (P1): the process
 * is lent to another client, which "gets" the lock of that same session; then it is lent to us again, and all looks well. And the
 * unlock may reach a process that has no such lock, which stays locked in the other. The lease still excludes; the queue is
 * no more. Transaction scope is right behind such a pooler, and is the default.
 *
 * Envelope: `postgresAdvisoryLockEnvelope`, that of `postgres-lease`, because the lease is what excludes: an advisory lock
 * is free at once when its connection is reset, its process killed or the server restarted, while its holder may not know.
 * What breaks outside: as in `postgres-lease`. With `pg_advisory_xact_lock` by hand, in place of this lock: all of that.
 */
export function postgresAdvisoryLock(options: PostgresAdvisoryLockOptions): LockProtocol {
  const { scope = 'transaction' } = options;
  if (!Object.hasOwn(SCOPES, scope)) throw new OptionsError(`scope must be 'transaction' or 'session'; got ${JSON.stringify(scope)}`);
  return new PostgresHeldLock('postgres-advisory', SCOPES[scope], postgresAdvisoryLockEnvelope, options);
}

export interface PostgresAdvisoryLockOptions extends HeldLockOptions {
  /** What the server keeps the lock for. Default `transaction`. */
  readonly scope?: 'transaction' | 'session';
}

/** What `postgresAdvisoryLock` assumes unless told otherwise. */
export const postgresAdvisoryLockEnvelope: Envelope = Object.freeze({
  ...postgresLeaseLockEnvelope,
  inWords:
    'One PostgreSQL that keeps what it has committed, though not its advisory locks; clocks that drift by at most 2 % and never step; ' +
    'clients and networks may fail in any way.',
});

const SCOPES: Readonly<Record<'transaction' | 'session', ServerLock>> = {
  transaction: {
    inTransaction: true,
    wait: {
      name: 'advisory-wait',
      sql: 'SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))::text, pg_backend_pid()::text',
    },
    ask: {
      name: 'advisory-ask',
      sql: 'SELECT pg_try_advisory_xact_lock(hashtextextended($1::text, 0)), pg_backend_pid()::text',
    },
    end: { name: 'commit', sql: 'COMMIT' },
  },
  session: {
    inTransaction: false,
    wait: { name: 'advisory-wait', sql: 'SELECT pg_advisory_lock(hashtextextended($1::text, 0))::text, pg_backend_pid()::text' },
    ask: { name: 'advisory-ask', sql: 'SELECT pg_try_advisory_lock(hashtextextended($1::text, 0)), pg_backend_pid()::text' },
    end: { name: 'advisory-unlock', sql: 'SELECT pg_advisory_unlock(hashtextextended($1::text, 0))' },
  },
};
