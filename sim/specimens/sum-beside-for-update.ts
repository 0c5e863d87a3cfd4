import { postgresLeaseLockEnvelope } from 'holdfast/postgres';
import { defineLock } from 'holdfast/sim';
import { NO_LOCK, RESERVATIONS, tables, transaction, unreserved } from './postgres-tools.js';

/**
 * The hole: the row is locked and the reservations are summed in one statement. The sum is of the statement's snapshot, taken
 * before the wait for the row; and as nobody changed the row itself, nothing is looked at again after it.
 *
 * Where it comes from: P4. Lock first, and sum in a statement of its own, is right.
 * Caught by `no-negative-stock` under `last-item`, without any fault.
 */
export default defineLock({
  name: 'sum-beside-for-update',
  assumes: postgresLeaseLockEnvelope,
  needs: ['postgres'],
  setup: ({ postgres }) => tables(postgres, RESERVATIONS),
  create: () => NO_LOCK,
  sell: ({ postgres }, { sku, think }) =>
    transaction(postgres, 'BEGIN', async (sql) => {
      const { rows } = await sql(
        'SELECT on_hand - (SELECT coalesce(sum(quantity), 0) FROM reservations WHERE sku = $1) FROM holdfast_stock WHERE sku = $1 FOR UPDATE',
        sku,
      );
      if (Number(rows[0]?.[0]) < 1) return 'sold-out';
      await think();
      await sql('INSERT INTO reservations (sku, quantity) VALUES ($1, 1)', sku);
      return 'sold';
    }),
  unitsLeft: ({ postgres }, sku) => unreserved(postgres, sku),
});
