import { milliseconds } from 'holdfast';
import { inTransaction, postgresLeaseLockEnvelope, type PostgresRefusal } from 'holdfast/postgres';
import { defineLock } from 'holdfast/sim';
import { NO_LOCK, tables } from './postgres-tools.js';

const DEADLOCK = '40P01';
const TAKE = { name: 'take', sql: 'UPDATE holdfast_stock SET on_hand = on_hand - $2::bigint WHERE sku = $1 AND on_hand >= $2::bigint' };

type Refusal = PostgresRefusal | { readonly reason: 'sold-out' };

/**
 * The hole: a basket's rows are updated in the order in which they were put into it. One cart has 1, 2, another 2, 1: each
 * holds what the other waits for, until the server ends one of them, whose buyer is shown the error.
 *
 * Where it comes from: P7; a loop over the lines inside a transaction. Sort the lines, and repeat what 40P01 ended.
 * Caught by `no-unexpected-error` under `basket`, without any fault.
 */
export default defineLock({
  name: 'unsorted-basket',
  assumes: postgresLeaseLockEnvelope,
  needs: ['postgres'],
  setup: ({ postgres }) => tables(postgres),
  create: () => NO_LOCK,
  async sellBasket({ postgres }, { lines }) {
    const session = await postgres.session();
    try {
      const sold = await inTransaction<null, Refusal>(session, { timeout: milliseconds(5000) }, async (query) => {
        for (const { sku, quantity } of lines) {
          const taken = await query(TAKE, [sku, String(quantity)]);
          if (taken.status !== 'ok') return taken;
          if (taken.value.rowCount === 0) return { status: 'refused', refusal: { reason: 'sold-out' } };
        }
        return { status: 'ok', value: null };
      });
      if (sold.status !== 'refused') return sold.status === 'ok' ? 'sold' : 'unknown';
      if (sold.refusal.reason === 'sold-out') return 'sold-out';
      if (sold.refusal.reason === 'error' && sold.refusal.sqlstate === DEADLOCK) throw new Error(sold.refusal.message);
      return 'unknown';
    } finally {
      session.close();
    }
  },
});
