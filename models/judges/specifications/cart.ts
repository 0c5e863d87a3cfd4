import type { HistoryValue, OperationRecord } from '../../history.js';
import { attemptsAsOne } from '../attempts.js';
import { canonical } from '../canonical.js';
import { valueWords } from '../operation-words.js';
import { defineModel } from '../sequential-model.js';

/** Units by sku; a sku that is not there has none. */
export type CartState = Readonly<Record<string, number>>;

/**
 * One cart (the key): `add` and `remove` (args.sku, args.quantity, 1 when absent; never below none), `set` (args.sku,
 * args.quantity), `merge` (args.lines, units by sku, of another cart: the larger number of each wins, so that merging twice
 * is merging once), `clear`, and `read`, which answers value.lines. Attempts with one args.operationId are one.
 */
export const cart = defineModel<CartState>({
  name: 'cart',
  about: 'A read answers what was put in, less what was taken out; a merge loses nothing and doubles nothing.',
  operations: ['add', 'remove', 'set', 'merge', 'clear', 'read'],
  init: () => ({}),
  step(lines, record) {
    const sku = valueWords(record.args['sku'] ?? '');
    switch (record.operation) {
      case 'add':
        return withLine(lines, sku, (lines[sku] ?? 0) + quantityIn(record));
      case 'remove':
        return withLine(lines, sku, (lines[sku] ?? 0) - quantityIn(record));
      case 'set':
        return withLine(lines, sku, quantityIn(record));
      case 'merge':
        return Object.entries(linesIn(record.args['lines'])).reduce(
          (merged, [other, units]) => withLine(merged, other, Math.max(merged[other] ?? 0, units)),
          lines,
        );
      case 'clear':
        return {};
      default:
        return record.status !== 'ok' || canonical(linesIn(record.value['lines'])) === canonical(lines) ? lines : undefined;
    }
  },
  effectOf: ({ operation, args }) => canonical([operation, args['sku'], args['quantity'], args['lines']]),
  prepare: (operations) => attemptsAsOne(operations),
  describe: (lines) =>
    `the cart has ${
      Object.entries(lines)
        .map(([sku, units]) => `${units} of ${sku}`)
        .join(', ') || 'nothing in it'
    }`,
  expected: (lines) => `a read had to answer ${JSON.stringify(lines)}`,
});

const quantityIn = ({ args }: OperationRecord): number => (typeof args['quantity'] === 'number' ? args['quantity'] : 1);

function withLine(lines: CartState, sku: string, units: number): CartState {
  const others = Object.fromEntries(Object.entries(lines).filter(([other]) => other !== sku));
  return units > 0 ? { ...others, [sku]: units } : others;
}

function linesIn(value: HistoryValue | undefined): CartState {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((line): line is [string, number] => typeof line[1] === 'number' && line[1] > 0));
}
