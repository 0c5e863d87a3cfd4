import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge } from '../../../../models/judges/judge.js';
import type { SequentialModel } from '../../../../models/judges/sequential-model.js';
import { counter } from '../../../../models/judges/specifications/counter.js';
import { coupon } from '../../../../models/judges/specifications/coupon.js';
import { inventory } from '../../../../models/judges/specifications/inventory.js';
import { lock } from '../../../../models/judges/specifications/lock.js';
import { readWriteLock } from '../../../../models/judges/specifications/read-write-lock.js';
import { register } from '../../../../models/judges/specifications/register.js';
import { semaphore } from '../../../../models/judges/specifications/semaphore.js';
import type { History, OperationRecord } from '../../../../models/history.js';
import { anyHistory, type AnyCall, type CallWords } from '../../../support/arbitrary-operations.js';
import { isExplainable } from '../../../support/brute-force.js';

/** Of each model. The long form takes 5,000. */
const RUNS = Number(process.env['HOLDFAST_JUDGE_RUNS'] ?? 600);

const registerCall = ({ kind, a, b }: AnyCall): CallWords => {
  if (kind <= 1) return { operation: 'write', args: { value: a } };
  if (kind === 2) return { operation: 'cas', args: { from: a, to: b } };
  return { operation: 'read', value: { value: a === 3 ? null : a } };
};

const uniqueRegisterCall = ({ kind, a }: AnyCall, index: number): CallWords =>
  kind <= 2 ? { operation: 'write', args: { value: index } } : { operation: 'read', value: { value: a === 3 ? null : a } };

const lockCall =
  (token: 'all' | 'none' | 'some') =>
  ({ kind, a, b }: AnyCall, index: number): CallWords => {
    if (kind <= 2) {
      const hasToken = token === 'all' || (token === 'some' && b > 1);
      return { operation: 'acquire', value: { token: hasToken ? String(1 + ((index * 2 + a) % 7)) : null, validUntil: b === 0 ? null : (a + b) * 5000 } };
    }
    if (kind === 3) return { operation: 'extend', args: { lease: a }, value: { validUntil: (a + b) * 6000 } };
    if (kind === 4 && token !== 'none') return { operation: 'write', args: { guarded: true, token: String(1 + a) } };
    return { operation: 'release', args: { lease: a } };
  };

const counterCall = ({ kind, a, b }: AnyCall): CallWords =>
  kind <= 2 ? { operation: 'add', args: { value: a - 1 }, ...(b === 0 ? { value: { value: a } } : {}) } : { operation: 'read', value: { value: a + b - 2 } };

const stockCall = ({ kind, a, b }: AnyCall, index: number): CallWords => {
  const args = { quantity: 1 + (a % 2), operationId: `o${kind === 1 ? a : index}` };
  if (kind <= 1) return { operation: 'sell', args, ...(b === 0 ? { value: { onHand: a } } : {}) };
  if (kind === 2) return { operation: 'reserve', args: { quantity: 1 + (a % 2), reservation: `r${b % 2}` }, value: { validUntil: b === 0 ? null : a * 4000 } };
  if (kind === 3) return { operation: b > 1 ? 'commit' : 'release', args: { reservation: `r${a % 2}` } };
  return { operation: 'read', value: { onHand: a } };
};

const couponCall = ({ kind, a, b }: AnyCall, index: number): CallWords =>
  kind <= 4
    ? { operation: 'redeem', args: { operationId: `o${b === 0 ? a : index}`, customer: `u${a}` } }
    : { operation: 'revert', args: { operationId: `o${a}` } };

const holderCall = ({ kind, a }: AnyCall): CallWords =>
  kind <= 3 ? { operation: 'acquire', args: { mode: a > 1 ? 'read' : 'write', permits: 1 + (a % 2) } } : { operation: 'release', args: { lease: a } };

const cases: readonly (readonly [string, SequentialModel<unknown>, fc.Arbitrary<History>])[] = [
  ['register', register, anyHistory(registerCall, {})],
  ['register, every value written once', register, anyHistory(uniqueRegisterCall, {})],
  ['lock with tokens', lock, anyHistory(lockCall('all'), {}, 6)],
  ['lock without tokens', lock, anyHistory(lockCall('none'), {}, 6)],
  ['lock with some tokens', lock, anyHistory(lockCall('some'), {}, 5)],
  ['counter', counter, anyHistory(counterCall, {})],
  ['inventory', inventory, anyHistory(stockCall, { stock: 2 }, 6)],
  ['coupon', coupon, anyHistory(couponCall, { limit: 2, perCustomer: 1 })],
  ['semaphore', semaphore, anyHistory(holderCall, { permits: 3 }, 6)],
  ['read-write-lock', readWriteLock, anyHistory(holderCall, {}, 6)],
];

function bruteForce(model: SequentialModel<unknown>, history: History): 'valid' | 'invalid' {
  const asked = history.records.filter((record): record is OperationRecord => record.type === 'operation' && model.operations.includes(record.operation));
  const prepared = model.prepare?.(asked, history) ?? asked;
  const meant = model.mayRefuse === undefined ? prepared.filter(({ status }) => status !== 'refused') : prepared;
  return isExplainable(model, meant, model.init(history.params)) ? 'valid' : 'invalid';
}

describe.each(cases)('%s: verdicts on random histories', (_, model, histories) => {
  test('are those of trying every order, with a shortcut and without, and come both ways', () => {
    const seen = { valid: 0, invalid: 0, undecided: 0 };
    fc.assert(
      fc.property(histories, (history) => {
        const expected = bruteForce(model, history);
        const { verdict } = judge(history, model);
        seen[verdict] += 1;
        expect(judge(history, model, { shortcuts: false }).verdict, 'search').toBe(expected);
        expect(verdict, 'shortcut').toBe(expected);
      }),
      { numRuns: RUNS },
    );
    expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(RUNS / 20);
  });
});
