import { byKey } from '../models/by-key.js';
import type { History, OperationRecord } from '../models/history.js';
import { inMilliseconds } from '../models/history-fields.js';
import { operationsOf, returnOf } from '../models/operations.js';
import { ledgerOf, operationIdOf, quantityOf, type LedgerLine } from '../models/stock-fields.js';
import type { Property, Violation } from './property.js';

/**
 * No unit is sold twice and none disappears: what was there at first (`params.stock`) is on hand or sold.
 *
 * A sale may take several attempts with one operation id. It is sold when one of them was `ok`; open, when none was but
 * one is `unknown`; else refused. The ledger, where the resource keeps one, has a sold sale exactly once, an open one at
 * most once, a refused one never, nobody else's, and its lines sum up to what is on hand. Where there is no ledger, what is
 * missing from the stock is what was sold, give or take the open ones.
 */
export const stockConservation: Property = {
  name: 'stock-conservation',
  kind: 'eventually',
  claim: 'Every unit is either on hand or sold, once; the ledger agrees with every answer that a buyer got.',
  check(history) {
    const audits = byKey(operationsOf(history, 'audit'), (record) => record.key);
    const attempts = byKey(operationsOf(history, 'sell'), (record) => record.key);
    for (const key of new Set([...audits.keys(), ...attempts.keys()])) {
      const audit = audits.get(key)?.findLast((record) => record.status === 'ok');
      const problem = problemWith(key, salesAmong(attempts.get(key) ?? []), audit, history);
      if (problem !== null) return problem;
    }
    return null;
  },
};

interface Sale {
  readonly operationId: string;
  readonly quantity: number;
  readonly attempts: readonly OperationRecord[];
  readonly fate: 'sold' | 'open' | 'refused';
  /** The attempt that decided it. */
  readonly decisive: OperationRecord;
}

function salesAmong(attempts: readonly OperationRecord[]): Sale[] {
  return [...byKey(attempts, operationIdOf)].flatMap(([operationId, list]) => {
    const sold = list.find((record) => record.status === 'ok');
    const open = list.find((record) => record.status === 'unknown');
    const decisive = sold ?? open ?? list.at(-1);
    if (decisive === undefined) return [];
    const fate = sold !== undefined ? 'sold' : open !== undefined ? 'open' : 'refused';
    return [{ operationId, quantity: quantityOf(decisive), attempts: list, fate, decisive }];
  });
}

function problemWith(key: string, sales: readonly Sale[], audit: OperationRecord | undefined, history: History): Violation | null {
  const initial = history.params['stock'];
  if (initial === undefined) return violation(`the history does not say how many units of ${key} there were: params.stock is missing`, []);
  const oversold = firstOversold(key, sales, initial);
  if (oversold !== null) return oversold;
  if (audit === undefined) return violation(`nobody counted ${key} at the end: an audit that is ok is missing`, []);
  const onHand = audit.value['onHand'];
  if (typeof onHand !== 'number') return violation(`the audit of ${key} (operation ${audit.id}) does not say what is on hand`, [audit]);
  const ledger = ledgerOf(audit);
  return ledger === null ? withoutLedger(key, sales, initial, onHand, audit) : withLedger(key, sales, initial, onHand, ledger, audit);
}

function firstOversold(key: string, sales: readonly Sale[], initial: number): Violation | null {
  const sold = sales.filter((sale) => sale.fate === 'sold').sort((a, b) => returnOf(a.decisive) - returnOf(b.decisive));
  let units = 0;
  for (const [index, { decisive, quantity }] of sold.entries()) {
    units += quantity;
    if (units <= initial) continue;
    return violation(
      `${decisive.process} was sold ${count(quantity)} of ${key} (operation ${decisive.id}) at ${inMilliseconds(returnOf(decisive))}, which makes ${units} of ${initial}`,
      sold.slice(0, index + 1).map((sale) => sale.decisive),
    );
  }
  return null;
}

function withoutLedger(key: string, sales: readonly Sale[], initial: number, onHand: number, audit: OperationRecord): Violation | null {
  const sold = total(sales, 'sold');
  const open = total(sales, 'open');
  const gone = initial - onHand;
  if (gone >= sold && gone <= sold + open) return null;
  const perhaps = open === 0 ? '' : ` and perhaps ${open} more`;
  return violation(`${onHand} of ${initial} units of ${key} were on hand at the end, though ${sold}${perhaps} had been sold`, [audit]);
}

function withLedger(
  key: string,
  sales: readonly Sale[],
  initial: number,
  onHand: number,
  ledger: readonly LedgerLine[],
  audit: OperationRecord,
): Violation | null {
  const linesOf = byKey(ledger, (line) => line.operationId);
  for (const sale of sales) {
    const lines = linesOf.get(sale.operationId) ?? [];
    linesOf.delete(sale.operationId);
    const problem = disagreement(sale, lines);
    if (problem !== null) return violation(`${sale.decisive.process}'s sale ${sale.operationId} of ${key} ${problem}`, [...sale.attempts, audit]);
  }
  const [stranger] = linesOf.keys();
  if (stranger !== undefined) return violation(`the ledger of ${key} has a movement ${stranger} that nobody asked for`, [audit]);
  const expected = ledger.reduce((units, line) => units + line.change, initial);
  if (expected === onHand) return null;
  return violation(`the ledger of ${key} leaves ${expected} of ${initial} units, but ${onHand} were on hand at the end`, [audit]);
}

function disagreement(sale: Sale, lines: readonly LedgerLine[]): string | null {
  if (lines.length > 1) return `is in the ledger ${lines.length} times`;
  const [line] = lines;
  if (line === undefined) return sale.fate === 'sold' ? `(operation ${sale.decisive.id}) was answered ok, but is not in the ledger` : null;
  if (sale.fate === 'refused') return `(operation ${sale.decisive.id}) was refused, but is in the ledger`;
  return line.change === -sale.quantity ? null : `was for ${count(sale.quantity)}, but the ledger moved ${line.change}`;
}

function total(sales: readonly Sale[], fate: Sale['fate']): number {
  return sales.reduce((units, sale) => (sale.fate === fate ? units + sale.quantity : units), 0);
}

const count = (units: number): string => (units === 1 ? '1 unit' : `${units} units`);

function violation(message: string, records: readonly OperationRecord[]): Violation {
  return {
    property: stockConservation.name,
    message,
    event: records.at(-1)?.event ?? null,
    operations: records.map((record) => record.id),
  };
}
