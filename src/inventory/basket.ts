import type { Unknown } from '../base/outcome.js';
import type { Unavailable } from '../locks/lock-protocol.js';
import type { BasketLine } from './lock-order.js';
import type { Identified, Stock } from './stock.js';

/** Stock that can take all lines of a basket, or none. */
export interface BasketStock extends Stock {
  /**
   * Takes all lines or none, in one statement, whatever order they come in. The ledger gets an entry for each sku, all under
   * the basket's operation id. Lines of one sku are added up.
   */
  takeAll(lines: readonly BasketLine[], options: Identified): Promise<BasketTaken>;
}

/** A line as it was decided; in the order of skus. */
export interface DecidedLine {
  readonly sku: string;
  /** Of this sku, after the decision. */
  readonly onHand: number;
  readonly sequence: number;
}

export type BasketTaken =
  | { readonly status: 'taken'; readonly lines: readonly DecidedLine[]; readonly repeated: boolean }
  /** Nothing was taken, because there was too little for these lines. */
  | { readonly status: 'refused'; readonly reason: 'insufficient'; readonly short: readonly DecidedLine[]; readonly repeated: boolean }
  /** Nothing was taken, because the stock of these skus has seen newer tokens. */
  | { readonly status: 'refused'; readonly reason: 'stale-token'; readonly skus: readonly string[] }
  | Unavailable
  | Unknown;
