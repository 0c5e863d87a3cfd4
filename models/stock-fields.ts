import type { HistoryValue, OperationRecord } from './history.js';

/** One movement of stock, as the resource wrote it down. */
export interface LedgerLine {
  /** Whose movement it was. */
  readonly operationId: string;
  /** By how many units it changed the stock: negative for a sale. */
  readonly change: number;
  /** What was there afterwards. */
  readonly onHand: number;
}

/** The ledger in an `audit`, oldest line first; null when the resource keeps none. */
export function ledgerOf(audit: OperationRecord): readonly LedgerLine[] | null {
  const ledger = audit.value['ledger'];
  return Array.isArray(ledger) ? ledger.filter(isLedgerLine) : null;
}

/** How many units a sale asks for. */
export function quantityOf(sale: OperationRecord): number {
  const quantity = sale.args['quantity'];
  return typeof quantity === 'number' ? quantity : 1;
}

/** What the ledger knows a sale by. */
export function operationIdOf(sale: OperationRecord): string {
  const id = sale.args['operationId'];
  return typeof id === 'string' ? id : `operation ${sale.id}`;
}

function isLedgerLine(value: HistoryValue): value is HistoryValue & LedgerLine {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const line = value as Readonly<Record<string, HistoryValue>>;
  return typeof line['operationId'] === 'string' && typeof line['change'] === 'number' && typeof line['onHand'] === 'number';
}
