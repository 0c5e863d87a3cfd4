import { PostgresStock, type Stock } from 'holdfast/postgres';
import { RedisStock } from 'holdfast/redis';
import { makePostgresTables, type History, type WorkloadContext } from 'holdfast/sim';
import { someOperation } from './reached.js';

/** What the workloads that sell have in common: one sku, in the shop's Redis or in the PostgreSQL that has the locks too. */
export const SKU = 'item';

/** The movement that brings in the first units. It is not part of the run. */
const OPENING = 'opening';

export const isInPostgres = ({ lockDefinition }: WorkloadContext): boolean => lockDefinition.needs.includes('postgres');

export function stockOf(context: WorkloadContext): Stock {
  const { shop, postgres, clock } = context;
  return isInPostgres(context) ? new PostgresStock({ postgres, clock }) : new RedisStock({ redis: shop, clock });
}

/** The key of a Redis stock's number of units. */
export const stockKey = ({ shop, clock }: WorkloadContext): string => new RedisStock({ redis: shop, clock }).onHandKey(SKU);

/** Puts `params.stock` units on hand. */
export async function stockUp(context: WorkloadContext): Promise<void> {
  if (isInPostgres(context)) await makePostgresTables(context.postgres);
  await stockUpSku(context, SKU, stockOf(context));
}

/** Puts `params.stock` units of one sku on hand. */
export async function stockUpSku({ params }: WorkloadContext, sku: string, stock: Stock): Promise<void> {
  const answer = await stock.restock(sku, params['stock'] ?? 1, { operationId: OPENING });
  if (answer.status !== 'restocked') throw new Error(`the shop could not be stocked: ${answer.status}`);
}

/** Records what is on hand, and the ledger of the run. Where `ledgerMayBeEmpty`, an empty one counts as none. */
export const audit = (context: WorkloadContext, { ledgerMayBeEmpty = false } = {}): Promise<void> =>
  auditSku(context, SKU, stockOf(context), { ledgerMayBeEmpty });

/** The same of one sku in some stock. */
export async function auditSku(context: WorkloadContext, sku: string, stock: Stock, { ledgerMayBeEmpty = false } = {}): Promise<void> {
  await context.record('audit', sku, {}, async () => {
    const book = await stock.ledger(sku);
    if (book.status !== 'read') return { status: 'unknown' };
    const ledger = book.entries
      .filter(({ operationId }) => operationId !== OPENING)
      .map((entry) => ({ operationId: entry.operationId, change: entry.delta, onHand: entry.onHand }));
    const ownBooks = await context.lockDefinition.unitsLeft?.({ ...context, process: 'audit' }, sku);
    const onHand = ownBooks === undefined ? book.onHand : ownBooks;
    if (onHand === null) return { status: 'unknown' };
    return { status: 'ok', value: ledger.length === 0 && ledgerMayBeEmpty ? { onHand } : { onHand, ledger } };
  });
}

/** Whether a movement was answered "that was done already": its first answer had been lost. */
export const unknownSaleResolved = (history: History): boolean =>
  someOperation(history, (record) => record.status === 'ok' && record.value['repeated'] === true);
