import { postgresLeaseLockEnvelope } from 'holdfast/postgres';
import { defineLock } from 'holdfast/sim';
import { NO_LOCK, sqlOf, StatementLost, tables } from './postgres-tools.js';

/**
 * The hole: SELECT, check in the application, UPDATE to the value that was computed there. Two buyers read 1, both write 0,
 * both have sold: and no negative number to see.
 *
 * Where it comes from: P2; what an ORM's `item.stock -= 1; item.save()` comes to.
 * Caught by `stock-conservation` under `last-item`, without any fault.
 */
export default defineLock({
  name: 'check-then-update',
  assumes: postgresLeaseLockEnvelope,
  needs: ['postgres'],
  setup: ({ postgres }) => tables(postgres),
  create: () => NO_LOCK,
  async sell({ postgres }, { sku, think }) {
    const sql = sqlOf(postgres);
    try {
      const { rows } = await sql('SELECT on_hand FROM holdfast_stock WHERE sku = $1', sku);
      const onHand = Number(rows[0]?.[0]);
      if (onHand < 1) return 'sold-out';
      await think();
      await sql('UPDATE holdfast_stock SET on_hand = $2::bigint WHERE sku = $1', sku, String(onHand - 1));
      return 'sold';
    } catch (error) {
      if (error instanceof StatementLost) return 'unknown';
      throw error;
    }
  },
});
