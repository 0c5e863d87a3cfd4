import { postgresLeaseLockEnvelope } from 'holdfast/postgres';
import { defineLock } from 'holdfast/sim';
import { byPolling } from './by-polling.js';
import { sqlOf, StatementLost, tables } from './postgres-tools.js';

const LOCKS = 'CREATE TABLE locks (key text PRIMARY KEY)';

/**
 * The hole: `SELECT ... FOR UPDATE` of a row that is not there. It finds nothing, locks nothing and waits for nobody.
 *
 * Where it comes from: P6; a row lock on a key that was never inserted.
 * Caught by `mutual-exclusion` under `last-item`, without any fault.
 */
export default defineLock({
  name: 'for-update-absent-row',
  assumes: postgresLeaseLockEnvelope,
  needs: ['postgres'],
  setup: ({ postgres }) => tables(postgres, LOCKS),
  create: ({ postgres, clock, random }) => ({
    acquire: (key, { waitMs }) =>
      byPolling({ clock, random }, waitMs, async () => {
        const session = await postgres.session();
        try {
          const sql = sqlOf(session);
          await sql('BEGIN');
          await sql('SELECT key FROM locks WHERE key = $1 FOR UPDATE', key);
          return {
            release: () => {
              session.close();
              return Promise.resolve();
            },
          };
        } catch (error) {
          session.close();
          if (error instanceof StatementLost) return null;
          throw error;
        }
      }),
  }),
});
