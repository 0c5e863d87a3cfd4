import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judge } from '../../../../../models/judges/judge.js';
import type { SequentialModel } from '../../../../../models/judges/sequential-model.js';
import { inventory, type InventoryState } from '../../../../../models/judges/specifications/inventory.js';
import type { History, OperationRecord } from '../../../../../models/history.js';
import { ledgerOf } from '../../../../../models/stock-fields.js';
import { isExplainable } from '../../../../support/brute-force.js';
import { HistoryBuilder } from '../../../../support/history-builder.js';

const STOCK = 3;
const RUNS = Number(process.env['HOLDFAST_JUDGE_RUNS'] ?? 500);

interface Buyer {
  readonly place: number;
  readonly early: number;
  readonly late: number;
  readonly quantity: number;
  readonly trouble: 'none' | 'unknown, done' | 'unknown, not done';
  readonly look: boolean;
}

const buyer: fc.Arbitrary<Buyer> = fc.record({
  place: fc.integer({ min: 10, max: 40 }),
  early: fc.nat({ max: 9 }),
  late: fc.nat({ max: 9 }),
  quantity: fc.integer({ min: 1, max: 2 }),
  trouble: fc.constantFrom<Buyer['trouble']>('none', 'none', 'unknown, done', 'unknown, not done'),
  look: fc.boolean(),
});

type Spoil = 'nothing' | 'swap two lines' | 'drop a line' | 'double a line' | 'an answer';
const spoil = fc.constantFrom<Spoil>('nothing', 'nothing', 'swap two lines', 'drop a line', 'double a line', 'an answer');

/** A shop that works, one buyer after the other at `place`, each with a call before and a return after; then something may be spoilt. */
const shops: fc.Arbitrary<History> = fc.tuple(fc.uniqueArray(buyer, { maxLength: 5, selector: ({ place }) => place }), spoil).map(([buyers, spoilt]) => {
  const history = new HistoryBuilder();
  let onHand = STOCK;
  let ledger: { operationId: string; change: number }[] = [];
  for (const [index, { place, early, late, quantity, trouble, look }] of buyers.toSorted((one, other) => one.place - other.place).entries()) {
    const span = [place - early, place + late] as const;
    if (look) {
      history.operation('c', 'read', 'k', span, { value: { onHand: spoilt === 'an answer' && index === 1 ? onHand + 1 : onHand } });
      continue;
    }
    const operationId = `o${index}`;
    const enough = onHand >= quantity && trouble !== 'unknown, not done';
    if (enough) {
      onHand -= quantity;
      ledger.push({ operationId, change: -quantity });
    }
    const status = trouble !== 'none' ? 'unknown' : enough ? 'ok' : 'refused';
    history.operation('c', 'sell', 'k', span, {
      args: { operationId, quantity },
      status,
      value: status === 'refused' ? { reason: 'sold-out' } : status === 'ok' ? { onHand } : {},
    });
  }
  const [first, second] = ledger;
  if (spoilt === 'swap two lines' && first !== undefined && second !== undefined) ledger = [second, first, ...ledger.slice(2)];
  if (spoilt === 'drop a line') ledger = ledger.slice(1);
  if (spoilt === 'double a line' && first !== undefined) ledger = [first, ...ledger];
  let left = STOCK;
  const lines = ledger.map((line) => ({ ...line, onHand: (left += line.change) }));
  history.operation('auditor', 'audit', 'k', [60, 61], { value: { onHand, ledger: lines } });
  return history.build({ stock: STOCK });
});

/** The inventory that also keeps its ledger in mind: what the shortcut must agree with. */
const withLedger: SequentialModel<{ readonly stock: InventoryState; readonly done: readonly unknown[] }> = {
  name: 'inventory with its ledger',
  about: inventory.about,
  operations: inventory.operations,
  init: (params) => ({ stock: inventory.init(params), done: [] }),
  step({ stock, done }, record) {
    const next = inventory.step(stock, record);
    if (next === undefined) return undefined;
    if (record.operation === 'sell' && next.onHand !== stock.onHand) return { stock: next, done: [...done, record.args['operationId']] };
    const isRight = record.operation !== 'audit' || JSON.stringify(ledgerOf(record)?.map(({ operationId }) => operationId)) === JSON.stringify(done);
    return isRight ? { stock: next, done } : undefined;
  },
  mayRefuse: ({ stock }, record) => inventory.mayRefuse?.(stock, record) ?? true,
  describe: ({ stock }) => inventory.describe(stock),
};

test('a ledger is believed exactly when some order of the operations could have written it', () => {
  const seen = { valid: 0, invalid: 0, undecided: 0 };
  fc.assert(
    fc.property(shops, (history) => {
      const operations = history.records.filter((record): record is OperationRecord => record.type === 'operation');
      const expected = isExplainable(withLedger, operations, withLedger.init(history.params)) ? 'valid' : 'invalid';
      const { verdict, reason } = judge(history, inventory);
      seen[verdict] += 1;
      expect(verdict, reason).toBe(expected);
    }),
    { numRuns: RUNS },
  );
  expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(RUNS / 20);
});

test('10,000 sales with three unanswered in ten are judged by what the ledger says', () => {
  const history = new HistoryBuilder();
  const ledger: { operationId: string; change: number; onHand: number }[] = [];
  const sales = 10_000;
  for (let sale = 0; sale < sales; sale += 1) {
    const operationId = `o${sale}`;
    const onHand = sales - sale - 1;
    ledger.push({ operationId, change: -1, onHand });
    const status = sale % 10 < 3 ? 'unknown' : 'ok';
    history.operation(`c${sale % 10}`, 'sell', 'k', [Math.max(0, sale - 5), sale + 5], {
      args: { operationId, quantity: 1 },
      status,
      value: status === 'ok' ? { onHand } : {},
    });
  }
  history.operation('auditor', 'audit', 'k', [sales + 10, sales + 11], { value: { onHand: 0, ledger } });
  expect(judge(history.build({ stock: sales }), inventory).verdict).toBe('valid');
});
