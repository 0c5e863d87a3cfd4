import fc from 'fast-check';
import type { LedgerLine } from '../../models/stock-fields.js';
import { HistoryBuilder } from './history-builder.js';

/** What the network did to the one attempt of a sale. */
type Trouble = 'none' | 'reply-lost' | 'request-lost' | 'reply-lost-then-repeated';

export interface Buyer {
  readonly process: string;
  readonly quantity: number;
  readonly trouble: Trouble;
}

export const buyers: fc.Arbitrary<readonly Buyer[]> = fc.array(
  fc.record({
    process: fc.constantFrom('c1', 'c2', 'c3'),
    quantity: fc.integer({ min: 1, max: 2 }),
    trouble: fc.constantFrom<Trouble>('none', 'none', 'reply-lost', 'request-lost', 'reply-lost-then-repeated'),
  }),
  { maxLength: 8 },
);

export interface Shop {
  readonly history: HistoryBuilder;
  readonly ledger: LedgerLine[];
  readonly onHand: number;
  readonly now: number;
}

/** A shop that works: buyers one after the other, what the ledger says, and no audit yet. */
export function shopOf(stock: number, list: readonly Buyer[]): Shop {
  const history = new HistoryBuilder();
  const ledger: LedgerLine[] = [];
  let onHand = stock;
  for (const [index, { process, quantity, trouble }] of list.entries()) {
    const operationId = `s${index}`;
    const at = index * 10;
    const enough = onHand >= quantity;
    if (enough && trouble !== 'request-lost') {
      onHand -= quantity;
      ledger.push({ operationId, change: -quantity, onHand });
    }
    const args = { operationId, quantity };
    const answer = { args, status: enough ? 'ok' : 'refused', ...(enough ? {} : { value: { reason: 'sold-out' } }) } as const;
    if (trouble === 'none') history.operation(process, 'sell', 'sku', [at, at + 1], answer);
    else history.operation(process, 'sell', 'sku', [at, at + 1], { args, status: 'unknown' });
    if (trouble === 'reply-lost-then-repeated') history.operation(process, 'sell', 'sku', [at + 2, at + 3], answer);
  }
  return { history, ledger, onHand, now: list.length * 10 };
}

/** Counts what is there at the end. Gives the id of the audit. */
export function audit({ history, now }: Shop, onHand: number, ledger: readonly LedgerLine[] | null): number {
  return history.operation('auditor', 'audit', 'sku', [now, now + 1], {
    value: { onHand, ...(ledger === null ? {} : { ledger: ledger.map((line) => ({ ...line })) }) },
  });
}
