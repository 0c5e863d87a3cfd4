import type { OperationRecord } from '../../history.js';
import { attemptsAsOne } from '../attempts.js';
import { canonical } from '../canonical.js';
import { defineModel, type SequentialModel } from '../sequential-model.js';
import { byLedger } from '../shortcuts/by-ledger.js';

/**
 * A counter, `params.initial` or 0 at first: `add` (args.value, which may be negative), `increment` and `decrement` (by
 * args.value, or 1), all of which may answer the new count as value.value; `read` (value.value). Where the counter keeps a
 * ledger, an `audit` has it (value.ledger), and value.onHand is the count. Attempts with one args.operationId are one.
 */
export const counter: SequentialModel<number> = defineModel<number>({
  name: 'counter',
  about: 'A read answers the sum of everything that was added before it.',
  operations: ['add', 'increment', 'decrement', 'read', 'audit'],
  init: ({ initial = 0 }) => initial,
  step(count, record) {
    const next = count + changeOf(record);
    const answer = record.status === 'ok' ? (record.value['value'] ?? record.value['onHand']) : undefined;
    return typeof answer !== 'number' || answer === next ? next : undefined;
  },
  effectOf: (record) => canonical(changeOf(record)),
  prepare: (operations) => attemptsAsOne(operations),
  describe: (count) => `it is at ${count}`,
  expected: (count, record) => `the answer had to be ${count + changeOf(record)}`,
  shortcut: (operations, params) => byLedger(counter, ledgerRules, operations, counter.init(params)),
});

const ledgerRules = { changing: new Set(['add', 'increment', 'decrement']), observing: new Set(['read', 'audit']), amount: (count: number): number => count };

function changeOf({ operation, args }: OperationRecord): number {
  if (operation === 'read' || operation === 'audit') return 0;
  const by = typeof args['value'] === 'number' ? args['value'] : 1;
  return operation === 'decrement' ? -by : by;
}
