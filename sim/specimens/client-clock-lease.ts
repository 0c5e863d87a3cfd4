import { after, milliseconds } from 'holdfast';
import { postgresLeaseLockEnvelope } from 'holdfast/postgres';
import { defineLock } from 'holdfast/sim';
import { byPolling } from './by-polling.js';
import { sqlOf, StatementLost, tables } from './postgres-tools.js';

const LEASES = 'CREATE TABLE leases (key text PRIMARY KEY, owner text NOT NULL, expires_at bigint NOT NULL)';

/**
 * The hole: the lease's end is written, and compared, by the clients' own wall clocks. One whose clock is ahead of the
 * holder's takes a lease that is still good.
 *
 * Where it comes from: P10; verrou's tables.
 * Caught by `mutual-exclusion` under `lock`, when wall clocks differ (`clock-skew`).
 */
export default defineLock({
  name: 'client-clock-lease',
  assumes: postgresLeaseLockEnvelope,
  needs: ['postgres'],
  setup: ({ postgres }) => tables(postgres, LEASES),
  create: ({ postgres, clock, random }) => ({
    acquire: (key, { ttlMs, waitMs }) =>
      byPolling({ clock, random }, waitMs, async () => {
        const sql = sqlOf(postgres);
        const owner = random.id();
        const expiresAt = after(clock.now(), milliseconds(ttlMs));
        const now = clock.timestamp();
        const end = now + milliseconds(ttlMs);
        try {
          const { count } = await sql(
            `INSERT INTO leases AS lease VALUES ($1, $2, $3::bigint)
             ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at WHERE lease.expires_at < $4::bigint`,
            key,
            owner,
            String(end),
            String(now),
          );
          if (count === 0) return null;
        } catch (error) {
          if (error instanceof StatementLost) return null;
          throw error;
        }
        return {
          expiresAt,
          async release() {
            try {
              await sql('DELETE FROM leases WHERE key = $1 AND owner = $2', key, owner);
            } catch (error) {
              if (!(error instanceof StatementLost)) throw error;
            }
          },
        };
      }),
  }),
});
