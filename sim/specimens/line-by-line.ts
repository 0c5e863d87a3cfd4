import { LockClient } from 'holdfast';
import { postgresLeaseLock, postgresLeaseLockEnvelope, PostgresStock } from 'holdfast/postgres';
import { defineLock } from 'holdfast/sim';
import { tables } from './postgres-tools.js';

/**
 * The hole: a basket's lines are looked at, then taken one by one, each rightly. When somebody comes in between, or its buyer
 * dies, half a basket is sold.
 *
 * Where it comes from: a stock service with an endpoint for one sku, called in a loop.
 * Caught by `all-or-nothing` under `basket`, without any fault.
 */
export default defineLock({
  name: 'line-by-line',
  assumes: postgresLeaseLockEnvelope,
  needs: ['postgres'],
  setup: ({ postgres }) => tables(postgres),
  create: (ports) => new LockClient(postgresLeaseLock(ports), ports),
  async sellBasket({ postgres, clock }, { operationId, lines }) {
    const stock = new PostgresStock({ postgres, clock });
    for (const { sku, quantity } of lines) {
      const seen = await stock.read(sku);
      if (seen.status !== 'read') return 'unknown';
      if (seen.onHand < quantity) return 'sold-out';
    }
    for (const { sku, quantity } of lines) {
      const answer = await stock.take(sku, quantity, { operationId });
      if (answer.status === 'unknown') return 'unknown';
      if (answer.status === 'refused') return 'sold-out';
    }
    return 'sold';
  },
});
