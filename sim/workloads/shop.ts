import { RedisStock } from 'holdfast/redis';
import type { History, WorkloadContext } from 'holdfast/sim';
import { someOperation } from './reached.js';

/** What the workloads that sell have in common: one sku in the shop's Redis. */
export const SKU = 'item';

/** The movement that brings in the first units. It is not part of the run. */
const OPENING = 'opening';

export const stockOf = ({ shop, clock }: WorkloadContext): RedisStock => new RedisStock({ redis: shop, clock });

/** Puts `params.stock` units on hand. */
export async function stockUp(context: WorkloadContext): Promise<void> {
  const answer = await stockOf(context).restock(SKU, context.params['stock'] ?? 1, { operationId: OPENING });
  if (answer.status !== 'restocked') throw new Error(`the shop could not be stocked: ${answer.status}`);
}

/** Records what is on hand, and the ledger of the run. Where `ledgerMayBeEmpty`, an empty one counts as none. */
export async function audit(context: WorkloadContext, { ledgerMayBeEmpty = false } = {}): Promise<void> {
  const stock = stockOf(context);
  await context.record('audit', SKU, {}, async () => {
    const book = await stock.ledger(SKU);
    if (book.status !== 'read') return { status: 'unknown' };
    const ledger = book.entries
      .filter(({ operationId }) => operationId !== OPENING)
      .map((entry) => ({ operationId: entry.operationId, change: entry.delta, onHand: entry.onHand }));
    const { onHand } = book;
    return { status: 'ok', value: ledger.length === 0 && ledgerMayBeEmpty ? { onHand } : { onHand, ledger } };
  });
}

/** Whether a movement was answered "that was done already": its first answer had been lost. */
export const unknownSaleResolved = (history: History): boolean =>
  someOperation(history, (record) => record.status === 'ok' && record.value['repeated'] === true);
