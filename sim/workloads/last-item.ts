import { defineWorkload, type ClientContext, type LeaseUnderTest, type Operation, type RecordedOutcome } from 'holdfast/sim';
import { ifLeasesHave, refusedFor, waitedForRelease } from './reached.js';
import { audit, SKU, stockKey, stockOf, stockUp, unknownSaleResolved } from './shop.js';

/** How often a buyer takes the lock again for a sale that came too late. */
const TRIES = 3;

/**
 * Buyers read the stock, decide, and write what they computed, under the lock: the section that a lock is for. The writes
 * are plain ones but for the fence, so without lock and fence both, two buyers of the last unit both get it.
 */
export default defineWorkload({
  name: 'last-item',
  tests: 'Lock and fence together: a section that reads, decides and then writes, whose write is right only if nobody came between.',
  params: { clients: { min: 2, max: 5 }, operations: { min: 1, max: 8 }, ttlMs: { min: 100, max: 500 }, stock: { min: 1, max: 12 } },
  operation: { thinkMs: { min: 0, max: 250 }, quantity: { min: 1, max: 2 }, careless: { min: 0, max: 1 } },
  keeps: ['stock'],
  setup: stockUp,
  async client(context, operation) {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const answer = await context.lock.acquire(SKU, { ttlMs: context.params['ttlMs'] ?? 1000 });
      if (answer.status !== 'granted') continue;
      const { lease } = answer;
      try {
        const sale = await sell(context, lease, operation);
        if (!tooLate.has(sale.value?.['reason'])) return;
      } finally {
        await lease.release();
      }
    }
  },
  // A lock that sells in its own way keeps no ledger; then the count alone has to agree.
  audit: (context) => audit(context, { ledgerMayBeEmpty: true }),
  check: [
    'mutual-exclusion',
    'lease-ends',
    'fencing-monotone',
    'no-negative-stock',
    'stock-conservation',
    'deadlock-freedom',
    'no-unexpected-error',
    'linearizable-lock',
    'linearizable-stock',
  ],
  sometimes: {
    'waited for another holder': { faults: [], withinSeeds: 20, reached: waitedForRelease },
    'sold out': { faults: [], withinSeeds: 20, reached: refusedFor('sell', 'sold-out') },
    'a lease was lost in the middle of a sale': {
      faults: [],
      withinSeeds: 100,
      reached: ifLeasesHave('signal', refusedFor('sell', 'lease-lost')),
    },
    'a stale token was refused': { faults: [], withinSeeds: 100, reached: ifLeasesHave('token', refusedFor('sell', 'stale-token')) },
    'an unknown sale was resolved': { faults: ['reply-lost'], withinSeeds: 400, reached: unknownSaleResolved },
  },
});

/** The section came to nothing, and did nothing: it may be tried again under a new lease, from the first read. */
const tooLate: ReadonlySet<unknown> = new Set(['stale-token', 'lease-lost', 'unavailable', 'not-read']);

function sell(context: ClientContext, lease: LeaseUnderTest, operation: Operation): Promise<RecordedOutcome> {
  const { quantity = 1, thinkMs = 0 } = operation;
  const itsOwnWay = context.lockDefinition.sell !== undefined;
  const args = { operationId: context.operationId, quantity: itsOwnWay ? 1 : quantity, token: lease.token?.toString() ?? null };
  return context.record('sell', SKU, args, () => (itsOwnWay ? sellItsOwnWay(context, thinkMs) : readDecideWrite(context, lease, operation)));
}

async function readDecideWrite(context: ClientContext, lease: LeaseUnderTest, { quantity = 1, thinkMs = 0, careless }: Operation): Promise<RecordedOutcome> {
  const stock = stockOf(context);
  const fence = lease.token === undefined ? {} : { token: lease.token };
  const args = { token: lease.token?.toString() ?? null };

  let onHand = 0;
  const read = await context.record('read', SKU, args, async () => {
    const answer = await stock.read(SKU, fence);
    if (answer.status !== 'read') return { status: answer.status, value: { reason: answer.reason } };
    ({ onHand } = answer);
    return { status: 'ok', value: lease.token === undefined ? { onHand } : { onHand, sequence: answer.sequence } };
  });
  if (read.status === 'unknown') return { status: 'refused', value: { reason: 'not-read' } };
  if (read.status === 'refused') return read;

  await context.sleep(thinkMs);
  if (onHand < quantity) return { status: 'refused', value: { reason: 'sold-out' } };
  // Half of the buyers do not look, as the time between looking and the arrival of the write is never nothing: then the
  // fence must refuse what comes too late.
  if (careless !== 1 && lease.signal?.aborted === true) return { status: 'refused', value: { reason: 'lease-lost' } };

  return await context.record('write', SKU, args, async () => {
    // An unanswered write is repeated by the stock itself, under the same operation id.
    const answer = await stock.write(SKU, { onHand: onHand - quantity, operationId: context.operationId, ...fence });
    if (answer.status !== 'written') return { status: answer.status, value: { reason: answer.reason } };
    return { status: 'ok', value: { onHand: answer.onHand, sequence: answer.sequence, repeated: answer.repeated } };
  });
}

async function sellItsOwnWay(context: ClientContext, thinkMs: number): Promise<RecordedOutcome> {
  const sale = { sku: SKU, stockKey: stockKey(context), think: () => context.sleep(thinkMs) };
  const outcome = await context.lockDefinition.sell?.(context, sale);
  if (outcome === 'sold') return { status: 'ok' };
  return outcome === 'sold-out' ? { status: 'refused', value: { reason: 'sold-out' } } : { status: 'unknown' };
}
