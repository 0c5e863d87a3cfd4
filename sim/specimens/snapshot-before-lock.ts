import { postgresLeaseLockEnvelope } from 'holdfast/postgres';
import { defineLock } from 'holdfast/sim';
import { NO_LOCK, RESERVATIONS, tables, transaction, unreserved } from './postgres-tools.js';

/**
 * The hole: the advisory lock is the first statement of a REPEATABLE READ transaction. Its snapshot is taken before the wait
 * for the lock: whoever gets it next still sees the stock as it was before the one in front reserved.
 *
 * Where it comes from: P3. At READ COMMITTED, where each statement looks anew, the same lines are right.
 * Caught by `no-negative-stock` under `last-item`, without any fault: 2 of 1 are reserved.
 */
export default defineLock({
  name: 'snapshot-before-lock',
  assumes: postgresLeaseLockEnvelope,
  needs: ['postgres'],
  setup: ({ postgres }) => tables(postgres, RESERVATIONS),
  create: () => NO_LOCK,
  sell: ({ postgres }, { sku, think }) =>
    transaction(postgres, 'BEGIN ISOLATION LEVEL REPEATABLE READ', async (sql) => {
      await sql('SELECT pg_advisory_xact_lock(hashtext($1))', sku);
      const { rows } = await sql(
        'SELECT on_hand - (SELECT coalesce(sum(quantity), 0) FROM reservations WHERE sku = $1) FROM holdfast_stock WHERE sku = $1',
        sku,
      );
      if (Number(rows[0]?.[0]) < 1) return 'sold-out';
      await think();
      await sql('INSERT INTO reservations (sku, quantity) VALUES ($1, 1)', sku);
      return 'sold';
    }),
  unitsLeft: ({ postgres }, sku) => unreserved(postgres, sku),
});
