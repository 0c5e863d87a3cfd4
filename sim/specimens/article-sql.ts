import { postgresLeaseLockEnvelope } from 'holdfast/postgres';
import { defineLock } from 'holdfast/sim';
import { NO_LOCK, tables, transaction } from './postgres-tools.js';

/**
 * The hole: the UPDATE has the right condition, and nobody looks at how many rows it changed. At stock 0 it changes none,
 * the transaction commits, and the buyer is told that he has it.
 *
 * Where it comes from: the SQL snippet of the article on distributed locking in e-commerce, move by move.
 * Caught by `stock-conservation` under `last-item`, without any fault and by a single client: more are sold than there were.
 */
export default defineLock({
  name: 'article-sql',
  assumes: postgresLeaseLockEnvelope,
  needs: ['postgres'],
  setup: ({ postgres }) => tables(postgres),
  create: () => NO_LOCK,
  sell: ({ postgres }, { sku, think }) =>
    transaction<'sold'>(postgres, 'BEGIN', async (sql) => {
      await sql('SELECT on_hand FROM holdfast_stock WHERE sku = $1 FOR UPDATE', sku);
      await think();
      await sql('UPDATE holdfast_stock SET on_hand = on_hand - 1 WHERE sku = $1 AND on_hand > 0', sku);
      return 'sold';
    }),
});
