import { defineWorkload, type ClientContext, type LeaseUnderTest, type RecordedOutcome } from 'holdfast/sim';
import { refusedFor } from './reached.js';
import { audit, SKU, stockOf, stockUp, unknownSaleResolved } from './shop.js';

/** How long a buyer waits for the lock before he goes on without it. */
const WAIT_MS = 20;
/** How often a sale without an answer is asked for again, under the same operation id. */
const REPEATS = 3;

/**
 * Buyers take units by one conditional statement, whether they got the lock or not: all that the lock buys here is order.
 * So the workload passes under any lock at all, and under none.
 */
export default defineWorkload({
  name: 'hot-sku',
  tests: 'The stock alone: one conditional statement, right without any lock.',
  params: { clients: { min: 2, max: 5 }, operations: { min: 1, max: 8 }, ttlMs: { min: 200, max: 1000 }, stock: { min: 1, max: 6 } },
  operation: { thinkMs: { min: 0, max: 60 }, quantity: { min: 1, max: 2 } },
  keeps: ['stock'],
  setup: stockUp,
  async client(context, { thinkMs = 0, quantity = 1 }) {
    await context.sleep(thinkMs);
    const answer = await context.lock.acquire(SKU, { ttlMs: context.params['ttlMs'] ?? 1000, waitMs: WAIT_MS });
    const lease = answer.status === 'granted' ? answer.lease : null;
    const args = { operationId: context.operationId, quantity, token: lease?.token?.toString() ?? null };
    try {
      let sale = await context.record('sell', SKU, args, () => take(context, lease, quantity));
      for (let repeat = 1; repeat <= REPEATS && sale.status === 'unknown'; repeat += 1) {
        sale = await context.record('sell', SKU, args, () => take(context, lease, quantity));
      }
    } finally {
      await lease?.release();
    }
  },
  audit: (context) => audit(context),
  check: ['no-negative-stock', 'stock-conservation', 'no-unexpected-error', 'linearizable-stock'],
  sometimes: {
    'sold out': { faults: [], withinSeeds: 20, reached: refusedFor('sell', 'insufficient') },
    'an unknown sale was resolved': { faults: ['reply-lost'], withinSeeds: 1000, reached: unknownSaleResolved },
  },
});

async function take(context: ClientContext, lease: LeaseUnderTest | null, quantity: number): Promise<RecordedOutcome> {
  const fence = lease?.token === undefined ? {} : { token: lease.token };
  const answer = await stockOf(context).take(SKU, quantity, { operationId: context.operationId, ...fence });
  if (answer.status !== 'taken') return { status: answer.status, value: { reason: answer.reason } };
  return { status: 'ok', value: { onHand: answer.onHand, sequence: answer.sequence, repeated: answer.repeated } };
}
