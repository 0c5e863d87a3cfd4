import { PostgresStock, type BasketLine } from 'holdfast/postgres';
import { defineWorkload, makePostgresTables, type ClientContext, type Operation, type RecordedOutcome, type WorkloadContext } from 'holdfast/sim';
import { someOperation } from './reached.js';
import { auditSku, stockUpSku, unknownSaleResolved } from './shop.js';

/** How long a buyer waits for the lock before he goes on without it. */
const WAIT_MS = 20;
/** How often a sale without an answer is asked for again, under the same operation id. */
const REPEATS = 3;

/**
 * Buyers take whole baskets, all lines or none, by one statement; one goes through the shelves upwards, the other downwards.
 * They ask for the lock of their first line, and buy whether they got it or not: the order in which the stock is locked has to do.
 */
export default defineWorkload({
  name: 'basket',
  tests: 'The stock alone: up to 16 lines in one statement, in opposite orders, right without any lock.',
  params: { clients: { min: 2, max: 5 }, operations: { min: 1, max: 6 }, ttlMs: { min: 200, max: 1000 }, skus: { min: 2, max: 16 }, stock: { min: 1, max: 8 } },
  operation: {
    thinkMs: { min: 0, max: 30 },
    lines: { min: 1, max: 16 },
    first: { min: 0, max: 15 },
    downwards: { min: 0, max: 1 },
    quantity: { min: 1, max: 2 },
  },
  needs: ['postgres'],
  async setup(context) {
    await makePostgresTables(context.postgres);
    for (const sku of skusOf(context)) await stockUpSku(context, sku, stockOf(context));
  },
  async client(context, operation) {
    await context.sleep(operation['thinkMs'] ?? 0);
    const wanted = linesOf(context, operation);
    const key = wanted[0]?.sku ?? '';
    const answer = await context.lock.acquire(key, { ttlMs: context.params['ttlMs'] ?? 1000, waitMs: WAIT_MS });
    const lease = answer.status === 'granted' ? answer.lease : null;
    const token = lease?.token;
    const lines = token === undefined ? wanted : wanted.map((line) => (line.sku === key ? { ...line, token } : line));
    try {
      let sale = await sell(context, lines);
      for (let repeat = 1; repeat <= REPEATS && sale === 'unknown'; repeat += 1) sale = await sell(context, lines);
    } finally {
      await lease?.release();
    }
  },
  async audit(context) {
    const ledgerMayBeEmpty = context.lockDefinition.sellBasket !== undefined;
    for (const sku of skusOf(context)) await auditSku(context, sku, stockOf(context), { ledgerMayBeEmpty });
  },
  check: ['no-negative-stock', 'stock-conservation', 'all-or-nothing', 'linearizable-stock', 'no-unexpected-error'],
  sometimes: {
    'a line was short': {
      faults: [],
      withinSeeds: 20,
      reached: (history) => someOperation(history, ({ operation, status }) => operation === 'sell' && status === 'refused'),
    },
    'a basket of several lines was sold': {
      faults: [],
      withinSeeds: 20,
      reached: (history) => someOperation(history, ({ operation, status, args }) => operation === 'sell' && status === 'ok' && Number(args['lines']) > 1),
    },
    'an unknown sale was resolved': { faults: ['reply-lost'], withinSeeds: 1000, reached: unknownSaleResolved },
  },
});

const stockOf = ({ postgres, clock }: WorkloadContext): PostgresStock => new PostgresStock({ postgres, clock });

const skuAt = (place: number): string => `sku-${String(place).padStart(2, '0')}`;

const skusOf = ({ params }: WorkloadContext): string[] => Array.from({ length: params['skus'] ?? 2 }, (_, place) => skuAt(place));

/** Neighbours on the shelf, in the order in which this buyer comes by. */
function linesOf({ params }: ClientContext, { lines = 1, first = 0, downwards = 0, quantity = 1 }: Operation): readonly BasketLine[] {
  const skus = params['skus'] ?? 2;
  const step = downwards === 1 ? skus - 1 : 1;
  return Array.from({ length: Math.min(lines, skus) }, (_, count) => ({ sku: skuAt((first + count * step) % skus), quantity }));
}

/** One sale in the history for each line, all of one request. */
async function sell(context: ClientContext, lines: readonly BasketLine[]): Promise<RecordedOutcome['status']> {
  let request: Promise<BasketOutcome> | null = null;
  const outcomes = await Promise.all(
    lines.map(({ sku, quantity }) =>
      context.record('sell', sku, { operationId: context.operationId, quantity, lines: lines.length }, async () => {
        const { status, value, short } = await (request ??= takeAll(context, lines));
        // Only of these it is known that there were too few; of the others there may be plenty.
        return short.has(sku) ? { status, value: { reason: 'insufficient' } } : { status, value };
      }),
    ),
  );
  return outcomes[0]?.status ?? 'unknown';
}

interface BasketOutcome extends Required<RecordedOutcome> {
  /** The skus of which there was too little. */
  readonly short: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

async function takeAll(context: ClientContext, lines: readonly BasketLine[]): Promise<BasketOutcome> {
  const itsOwnWay = await context.lockDefinition.sellBasket?.(context, { operationId: context.operationId, lines });
  if (itsOwnWay !== undefined) return ownOutcome(itsOwnWay);
  const answer = await stockOf(context).takeAll(lines, { operationId: context.operationId });
  if (answer.status === 'taken') return { status: 'ok', value: { repeated: answer.repeated }, short: NONE };
  const isShort = answer.status === 'refused' && answer.reason === 'insufficient';
  return {
    status: answer.status,
    value: { reason: isShort ? 'basket-short' : answer.reason },
    short: isShort ? new Set(answer.short.map(({ sku }) => sku)) : NONE,
  };
}

function ownOutcome(sold: 'sold' | 'sold-out' | 'unknown'): BasketOutcome {
  if (sold === 'sold-out') return { status: 'refused', value: { reason: 'basket-short' }, short: NONE };
  return { status: sold === 'sold' ? 'ok' : 'unknown', value: {}, short: NONE };
}
