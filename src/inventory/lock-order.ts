import type { FencingToken } from '../base/fencing-token.js';
import { OptionsError } from '../base/options-error.js';
import { nameText, wholeNumber } from '../base/options.js';

/** One line of a basket: so many units of one sku. */
export interface BasketLine {
  readonly sku: string;
  readonly quantity: number;
  /** The token of the lease on this sku. Absent: no fence is asked, nor raised. */
  readonly token?: FencingToken;
}

const MOST_LINES = 1000;

/**
 * The one order in which stock is locked: by sku, as strings compare. Baskets with the lines 1, 2 and 2, 1 then wait for each
 * other at their first line, never crosswise (P7). Lines of the same sku become one: each would fit by itself into stock
 * that is too little for both.
 */
export function inLockOrder(lines: readonly BasketLine[]): readonly BasketLine[] {
  wholeNumber('the number of lines', lines.length, 1, MOST_LINES);
  const bySku = new Map<string, BasketLine>();
  for (const line of lines) {
    const sku = nameText('sku', line.sku);
    const quantity = wholeNumber('quantity', line.quantity, 1);
    const same = bySku.get(sku);
    if (same !== undefined && same.token !== line.token) throw new OptionsError(`lines of one sku must carry the same token; ${JSON.stringify(sku)} has two`);
    bySku.set(sku, { ...line, quantity: wholeNumber('quantity', quantity + (same?.quantity ?? 0), 1) });
  }
  return [...bySku.values()].sort((one, other) => (one.sku < other.sku ? -1 : 1));
}
