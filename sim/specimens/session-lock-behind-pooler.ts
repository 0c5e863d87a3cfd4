import { postgresLeaseLockEnvelope } from 'holdfast/postgres';
import { defineLock } from 'holdfast/sim';
import { byPolling } from './by-polling.js';
import { sqlOf, StatementLost, tables } from './postgres-tools.js';

/**
 * The hole: a session's advisory lock, behind a pooler in transaction mode. The server session is somebody else's after each
 * statement: the next client who asks in it is granted the lock too, as the same session; and the unlock that lands in
 * another session only warns, so that the lock leaks.
 *
 * Where it comes from: P1; every job queue with `pg_try_advisory_lock` that was put behind pgbouncer.
 * Caught by `mutual-exclusion` under `last-item`, without any fault.
 */
export default defineLock({
  name: 'session-lock-behind-pooler',
  assumes: postgresLeaseLockEnvelope,
  needs: ['postgres'],
  behindPooler: true,
  setup: ({ postgres }) => tables(postgres),
  create: ({ postgres, clock, random }) => ({
    acquire: (key, { waitMs }) =>
      byPolling({ clock, random }, waitMs, async () => {
        const sql = sqlOf(postgres);
        try {
          const { rows } = await sql('SELECT pg_try_advisory_lock(hashtext($1))', key);
          if (rows[0]?.[0] !== 't') return null;
        } catch (error) {
          if (error instanceof StatementLost) return null;
          throw error;
        }
        return {
          async release() {
            try {
              await sql('SELECT pg_advisory_unlock(hashtext($1))', key);
            } catch (error) {
              if (!(error instanceof StatementLost)) throw error;
            }
          },
        };
      }),
  }),
});
