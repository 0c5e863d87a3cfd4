import { byKey } from '../models/by-key.js';
import type { OperationRecord } from '../models/history.js';
import { operationsOf } from '../models/operations.js';
import { ledgerOf, operationIdOf } from '../models/stock-fields.js';
import type { Property } from './property.js';

/**
 * The lines of one basket, which are the sales with one operation id, are in the ledgers of all their keys or of none. Asked
 * of sales of any fate: nobody knows how an `unknown` one ended, but it ended as a whole. Keys whose resource keeps no ledger
 * are not judged.
 */
export const allOrNothing: Property = {
  name: 'all-or-nothing',
  kind: 'eventually',
  claim: 'A basket is sold with all its lines or with none.',
  check(history) {
    const audits = new Map(operationsOf(history, 'audit').map((record) => [record.key, record]));
    for (const [operationId, lines] of byKey(operationsOf(history, 'sell'), operationIdOf)) {
      const judged = lines.flatMap((sale) => {
        const booked = isBooked(operationId, audits.get(sale.key));
        return booked === null ? [] : [{ sale, booked }];
      });
      const sold = judged.find(({ booked }) => booked);
      const unsold = judged.find(({ booked }) => !booked);
      if (sold === undefined || unsold === undefined) continue;
      return {
        property: allOrNothing.name,
        message: `${sold.sale.process}'s basket ${operationId} is in the ledger of ${sold.sale.key}, but not in that of ${unsold.sale.key}`,
        event: sold.sale.event,
        operations: lines.map(({ id }) => id),
      };
    }
    return null;
  },
};

function isBooked(operationId: string, audit: OperationRecord | undefined): boolean | null {
  const ledger = audit === undefined || audit.status !== 'ok' ? null : ledgerOf(audit);
  return ledger === null ? null : ledger.some((line) => line.operationId === operationId);
}
