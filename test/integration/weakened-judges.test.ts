import { describe, expect, test } from 'vitest';
import { judge } from '../../models/judges/judge.js';
import type { SequentialModel } from '../../models/judges/sequential-model.js';
import { cart } from '../../models/judges/specifications/cart.js';
import { counter } from '../../models/judges/specifications/counter.js';
import { coupon } from '../../models/judges/specifications/coupon.js';
import { fencedResource } from '../../models/judges/specifications/fenced-resource.js';
import { keyValue } from '../../models/judges/specifications/key-value.js';
import { order } from '../../models/judges/specifications/order.js';
import { payment } from '../../models/judges/specifications/payment.js';
import { readWriteLock } from '../../models/judges/specifications/read-write-lock.js';
import { register } from '../../models/judges/specifications/register.js';
import { semaphore } from '../../models/judges/specifications/semaphore.js';
import type { HistoryValue } from '../../models/history.js';
import { HistoryBuilder } from '../support/history-builder.js';

type Call = readonly [operation: string, args?: Readonly<Record<string, HistoryValue>>, value?: Readonly<Record<string, HistoryValue>>];

/** A judge, what a broken object did one call after the other, and the question without which the judge would not notice. */
interface Case<State> {
  readonly model: SequentialModel<State>;
  readonly specimen: string;
  readonly did: readonly Call[];
  readonly params?: Readonly<Record<string, number>>;
  readonly without: string;
  readonly weak: Partial<SequentialModel<State>>;
}

const as = <State>(one: Case<State>): Case<never> => one as unknown as Case<never>;

const cases: readonly Case<never>[] = [
  as({
    model: register,
    specimen: 'a replica that lags behind',
    did: [
      ['write', { value: 1 }],
      ['write', { value: 2 }],
      ['read', {}, { value: 1 }],
    ],
    without: 'looking at what reads answer',
    weak: { step: (held, record) => register.step(held, { ...record, status: 'unknown' }) },
  }),
  as({
    model: register,
    specimen: 'a compare-and-set that compares nothing',
    did: [
      ['write', { value: 1 }],
      ['cas', { from: 7, to: 2 }],
    ],
    without: 'asking what a cas found',
    weak: { step: (held, record) => (record.operation === 'cas' ? (record.args['to'] ?? null) : register.step(held, record)) },
  }),
  as({
    model: keyValue,
    specimen: 'a delete that comes back',
    did: [['put', { value: 1 }], ['delete'], ['get', {}, { value: 1 }]],
    without: 'minding deletes',
    weak: { step: (held, record) => (record.operation === 'delete' ? held : keyValue.step(held, record)) },
  }),
  as({
    model: counter,
    specimen: 'a lost update',
    did: [['increment'], ['increment'], ['read', {}, { value: 1 }]],
    without: 'counting each increment',
    weak: { step: (count, record) => (record.operation === 'read' ? count : 1) },
  }),
  as({
    model: semaphore,
    specimen: 'a permit too many',
    did: [['acquire'], ['acquire'], ['acquire']],
    params: { permits: 2 },
    without: 'counting permits',
    weak: { step: (state, record) => semaphore.step({ ...state, held: {} }, record) },
  }),
  as({
    model: readWriteLock,
    specimen: 'a writer among readers',
    did: [
      ['acquire', { mode: 'read' }],
      ['acquire', { mode: 'write' }],
    ],
    without: 'minding readers',
    weak: { step: (state, record) => readWriteLock.step({ ...state, readers: [] }, record) },
  }),
  as({
    model: fencedResource,
    specimen: 'a resource that does not look at tokens',
    did: [
      ['write', { token: '2' }],
      ['write', { token: '1' }],
    ],
    without: 'remembering the newest token',
    weak: { step: (state, record) => fencedResource.step({ ...state, newest: 0n }, record) },
  }),
  as({
    model: coupon,
    specimen: 'check, then redeem',
    did: [
      ['redeem', { operationId: 'a', customer: 'u1' }],
      ['redeem', { operationId: 'b', customer: 'u2' }],
    ],
    params: { limit: 1 },
    without: 'the limit',
    weak: { step: (state, record) => coupon.step({ ...state, limit: Infinity }, record) },
  }),
  as({
    model: payment,
    specimen: 'a refund that was made twice',
    did: [
      ['charge', { amount: 5 }],
      ['refund', { amount: 5 }],
      ['refund', { amount: 5 }],
    ],
    without: 'adding up refunds',
    weak: { step: (state, record) => payment.step({ ...state, refunded: 0 }, record) },
  }),
  as({
    model: order,
    specimen: 'shipped before it was paid',
    did: [['place'], ['confirm'], ['ship']],
    without: 'the charge',
    weak: { step: (status, record) => order.step(record.operation === 'confirm' && status === 'new' ? 'charged' : status, record) },
  }),
  as({
    model: cart,
    specimen: 'a merge that doubles',
    did: [
      ['add', { sku: 'a' }],
      ['merge', { lines: { a: 1 } }],
      ['read', {}, { lines: { a: 2 } }],
    ],
    without: 'looking at what reads answer',
    weak: { step: (lines, record) => cart.step(lines, { ...record, status: 'unknown' }) },
  }),
];

describe.each(cases)('$model.name: $specimen', ({ model, did, params = {}, weak, without }) => {
  const history = new HistoryBuilder();
  for (const [place, [operation, args = {}, value = {}]] of did.entries()) history.operation('c1', operation, 'k', [2 * place, 2 * place + 1], { args, value });

  test(`is refused at its last operation, and escapes without ${without}`, () => {
    const verdict = judge(history.build(params), model);
    expect(verdict.verdict).toBe('invalid');
    expect(verdict.culprits.at(-1)?.id).toBeGreaterThanOrEqual(did.length - 2);
    const weakened: SequentialModel<never> = { ...model, ...weak };
    expect(judge(history.build(params), weakened, { shortcuts: false }).verdict).toBe('valid');
  });
});
