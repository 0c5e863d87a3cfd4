import { after, milliseconds } from 'holdfast';
import { postgresLeaseLockEnvelope } from 'holdfast/postgres';
import { defineLock } from 'holdfast/sim';
import { byPolling } from './by-polling.js';
import { sqlOf, StatementLost, tables, transaction } from './postgres-tools.js';

const LEASES = 'CREATE TABLE leases (key text PRIMARY KEY, owner text NOT NULL, expires_at timestamptz NOT NULL)';

/** What the holder takes off for drift. */
const MARGIN = 0.05;

/**
 * The hole: the end of the lease is `now()` + ttl, and `now()` is the beginning of the transaction, which has waited for the
 * row since. The holder counts from the statement that wrote it: the server's lease is over while he still believes in his.
 *
 * Where it comes from: P5 (after a wait of 1 s, `now()` is 1003 ms old); `clock_timestamp()` is the time of day.
 * Caught by `mutual-exclusion` under `lock`, when somebody is held up with the row locked.
 */
export default defineLock({
  name: 'expiry-from-now',
  assumes: postgresLeaseLockEnvelope,
  needs: ['postgres'],
  setup: ({ postgres }) => tables(postgres, LEASES),
  create: ({ postgres, clock, random }) => ({
    acquire: (key, { ttlMs, waitMs }) =>
      byPolling({ clock, random }, waitMs, async () => {
        const owner = random.id();
        const granted = await transaction(postgres, 'BEGIN', async (sql) => {
          await sql("INSERT INTO leases VALUES ($1, '', '-infinity') ON CONFLICT (key) DO NOTHING", key);
          const { rows } = await sql('SELECT expires_at <= now() FROM leases WHERE key = $1 FOR UPDATE', key);
          if (rows[0]?.[0] !== 't') return null;
          const expiresAt = after(clock.now(), milliseconds(ttlMs * (1 - MARGIN)));
          await sql("UPDATE leases SET owner = $2, expires_at = now() + $3::bigint * interval '1 millisecond' WHERE key = $1", key, owner, String(ttlMs));
          return expiresAt;
        });
        if (granted === null || granted === 'unknown') return null;
        return {
          expiresAt: granted,
          async release() {
            try {
              await sqlOf(postgres)("UPDATE leases SET expires_at = '-infinity' WHERE key = $1 AND owner = $2", key, owner);
            } catch (error) {
              if (!(error instanceof StatementLost)) throw error;
            }
          },
        };
      }),
  }),
});
