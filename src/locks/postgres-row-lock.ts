import type { Envelope } from './envelope.js';
import type { LockProtocol } from './lock-protocol.js';
import { PostgresHeldLock, type HeldLockOptions } from './postgres-held-lock.js';
import { postgresLeaseLockEnvelope } from './postgres-lease-lock.js';
import { rowLockStatements } from './postgres-row-lock.sql.js';
import { postgresTables } from './postgres-tables.js';

/**
 * A row lock of PostgreSQL, which wakes those who wait for it, and a lease in a committed row (12 or later). The server keeps
 * no order among those who wait for a row that changes; where that matters, take `postgres-advisory`. For work inside one transaction of your
 * own take `lockRow` instead: there the transaction is all the promise that is needed.
 *
 * 1. ACQUIRE: a session of its own; BEGIN at READ COMMITTED (P3); `lock_timeout`, and `idle_in_transaction_session_timeout` of
 *    one and a half ttls, both for this transaction only; lock the key's row in `<prefix>_locks`, or skip it when it is locked
 *    and nobody wants to wait. A row that is not there yet is made and committed first: to lock it would lock nothing (P6).
 * 2. The token comes from the locked row: max(last + 1, server time in microseconds), written there in the same statement.
 * 3. Then, on any connection, the lease with that token: moves 1 and 2 of `postgres-lease`, in the same table, so that both
 *    locks, and `postgres-advisory`, exclude each other. It raises a token that isn't beyond the last one it has seen: that
 *    of a holder whose session had ended, which let others go before.
 * 4. EXTEND: a statement in the session, which restarts the server's timer, and the lease's own move 3. A session that was
 *    lost loses the lease, and its signal tells at once.
 * 5. RELEASE: end the lease, then COMMIT, then close the session.
 * 6. Who holds the row and sleeps for one and a half ttls is ended by the server (25P03). Who waits without an answer for
 *    longer than its ttl (at least 1 s), or gives up, ends its session (P8), and asks in a new one.
 *
 * Envelope: `postgresRowLockEnvelope`, that of `postgres-lease`, because the lease is what excludes: a row lock is free at
 * once when its connection is reset, its process killed or the server restarted, while its holder may not know. What breaks
 * outside: as in `postgres-lease`. An open transaction holds back VACUUM in all tables: keep the leases short.
 */
export function postgresRowLock(options: HeldLockOptions): LockProtocol {
  const { wait, skip, make } = rowLockStatements(postgresTables(options.prefix));
  const lock = { inTransaction: true, wait, ask: skip, make, end: { name: 'commit', sql: 'COMMIT' } };
  return new PostgresHeldLock('postgres-row', lock, postgresRowLockEnvelope, options);
}

/** What `postgresRowLock` assumes unless told otherwise. */
export const postgresRowLockEnvelope: Envelope = Object.freeze({
  ...postgresLeaseLockEnvelope,
  inWords:
    'One PostgreSQL that keeps what it has committed, though not its row locks; clocks that drift by at most 2 % and never step; ' +
    'clients and networks may fail in any way.',
});
