import { BucketStock, CoalescedPostgresStock, ForUpdateStock, PostgresStock, type PostgresPort, type Stock } from 'holdfast/postgres';
import { defineWorkload, makePostgresTables, type ClientContext, type RecordedOutcome, type WorkloadContext, type WorkloadDefinition } from 'holdfast/sim';
import { refusedFor } from '../../sim/workloads/reached.js';
import { auditSku, SKU, stockUpSku, unknownSaleResolved } from '../../sim/workloads/shop.js';

type MakeStock = (context: WorkloadContext) => Stock;

/** The forms that stock can have. */
export const stockForms: Readonly<Record<string, MakeStock>> = {
  'one conditional statement': ({ postgres, clock }) => new PostgresStock({ postgres, clock }),
  'SELECT ... FOR UPDATE': ({ postgres, clock }) => new ForUpdateStock({ postgres, clock }),
  coalesced: ({ postgres, clock }) => new CoalescedPostgresStock({ postgres, clock, maxBatch: 3 }),
  'bucket rows': ({ postgres, clock, random }) => new BucketStock({ postgres, clock, random, buckets: 3 }),
};

/** How often a sale without an answer is asked for again, under the same operation id. */
const REPEATS = 3;

/** Several buyers in each process, at once, in one form of stock. */
export function stockFormsWorkload(make: MakeStock): WorkloadDefinition {
  /** Each process has its own, which dies with its port. */
  const stocks = new WeakMap<PostgresPort, Stock>();
  const stockOf = (context: WorkloadContext): Stock => {
    const stock = stocks.get(context.postgres) ?? make(context);
    stocks.set(context.postgres, stock);
    return stock;
  };
  const sell = async (context: ClientContext, operationId: string, quantity: number): Promise<void> => {
    const take = async (): Promise<RecordedOutcome> => {
      const answer = await stockOf(context).take(SKU, quantity, { operationId });
      if (answer.status !== 'taken') return { status: answer.status, value: { reason: answer.reason } };
      return { status: 'ok', value: { onHand: answer.onHand, sequence: answer.sequence, repeated: answer.repeated } };
    };
    let sale = await context.record('sell', SKU, { operationId, quantity }, take);
    for (let repeat = 1; repeat <= REPEATS && sale.status === 'unknown'; repeat += 1) sale = await context.record('sell', SKU, { operationId, quantity }, take);
  };
  return defineWorkload({
    name: 'stock-forms',
    tests: 'A form of stock on PostgreSQL, without any lock.',
    params: { clients: { min: 2, max: 4 }, operations: { min: 1, max: 5 }, ttlMs: { min: 200, max: 1000 }, stock: { min: 1, max: 12 } },
    operation: { thinkMs: { min: 0, max: 30 }, quantity: { min: 0, max: 2 }, atOnce: { min: 1, max: 5 } },
    needs: ['postgres'],
    async setup(context) {
      await makePostgresTables(context.postgres);
      await stockUpSku(context, SKU, stockOf(context));
    },
    async client(context, { thinkMs = 0, quantity = 0, atOnce = 1 }) {
      await context.sleep(thinkMs);
      const sales = Array.from({ length: atOnce }, (_, n) => sell(context, `${context.operationId}/${n}`, 1 + ((quantity + n) % 3)));
      await Promise.all(sales);
    },
    audit: (context) => auditSku(context, SKU, stockOf(context)),
    check: ['no-negative-stock', 'stock-conservation', 'no-unexpected-error'],
    sometimes: {
      'sold out': { faults: [], withinSeeds: 20, reached: refusedFor('sell', 'insufficient') },
      'an unknown sale was resolved': { faults: ['reply-lost'], withinSeeds: 1000, reached: unknownSaleResolved },
    },
  });
}
