import type { OperationRecord } from '../models/history.js';
import { inMilliseconds } from '../models/history-fields.js';
import { ledgerOf } from '../models/stock-fields.js';
import { returnOf } from '../models/operations.js';
import type { Property } from './property.js';

/** Nobody, neither a buyer, nor the ledger, nor the audit at the end, ever sees fewer than no units. */
export const noNegativeStock: Property = {
  name: 'no-negative-stock',
  kind: 'always',
  claim: 'Stock is never below zero, wherever one looks.',
  check({ records }) {
    for (const record of records) {
      if (record.type !== 'operation' || record.status !== 'ok') continue;
      const negative = firstNegative(record);
      if (negative === null) continue;
      return {
        property: noNegativeStock.name,
        message: `${record.process}'s ${record.operation} (operation ${record.id}, answered at ${inMilliseconds(returnOf(record))}) saw ${negative} of ${record.key}`,
        event: record.event,
        operations: [record.id],
      };
    }
    return null;
  },
};

function firstNegative(record: OperationRecord): string | null {
  const onHand = record.value['onHand'];
  if (typeof onHand === 'number' && onHand < 0) return `${onHand} on hand`;
  const entry = ledgerOf(record)?.find((line) => line.onHand < 0);
  return entry === undefined ? null : `${entry.onHand} on hand in the ledger, after sale ${entry.operationId},`;
}
