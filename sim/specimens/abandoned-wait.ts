import { milliseconds } from 'holdfast';
import { postgresLeaseLockEnvelope, type PostgresSession } from 'holdfast/postgres';
import { defineLock } from 'holdfast/sim';
import { byPolling } from './by-polling.js';
import { sqlOf, StatementLost, tables } from './postgres-tools.js';

/** How long the caller of a query waits for it. */
const QUERY_TIMEOUT_MS = 30;

const POOL_SIZE = 3;

/** Longer than any run: the session outlives what its caller gave up. */
const NEVER = { timeout: milliseconds(3_600_000) };

/**
 * The hole: the query for the lock times out in the client, and its connection goes back to the pool. The statement is still
 * waiting in the server. When the lock is free the session gets it, for nobody, and keeps it.
 *
 * Where it comes from: P8; `pg`'s `query_timeout`, or a `Promise.race` around any query. End the session after a timeout.
 * Caught by `deadlock-freedom` under `lock`, without any fault.
 */
export default defineLock({
  name: 'abandoned-wait',
  assumes: postgresLeaseLockEnvelope,
  needs: ['postgres'],
  setup: ({ postgres }) => tables(postgres),
  create({ postgres, clock, random }) {
    const idle: PostgresSession[] = [];
    let opened = 0;
    return {
      acquire: (key, { waitMs }) =>
        byPolling({ clock, random }, waitMs, async () => {
          if (idle.length === 0 && opened === POOL_SIZE) return null;
          const known = idle.pop();
          if (known === undefined) opened += 1;
          const session = known ?? (await postgres.session());
          const query = session.query({ name: 'lock', sql: 'SELECT pg_advisory_lock(hashtext($1))' }, [key], NEVER);
          const timeout = new Promise<null>((resolve) => void clock.setTimer(milliseconds(QUERY_TIMEOUT_MS), () => resolve(null)));
          const answer = await Promise.race([query, timeout]);
          if (answer === null) {
            void query.then((late) => late.status === 'ok' && idle.push(session));
            return null;
          }
          if (answer.status !== 'ok') {
            opened -= 1;
            return null;
          }
          return {
            async release() {
              try {
                await sqlOf(session)('SELECT pg_advisory_unlock(hashtext($1))', key);
                idle.push(session);
              } catch (error) {
                if (!(error instanceof StatementLost)) throw error;
                opened -= 1;
              }
            },
          };
        }),
    };
  },
});
