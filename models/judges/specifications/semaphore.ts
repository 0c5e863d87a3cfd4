import { leaseOf } from '../../history-fields.js';
import type { OperationRecord } from '../../history.js';
import { EXPIRE, withImpliedEnds } from '../implied-ends.js';
import { defineModel } from '../sequential-model.js';

/** How many permits each acquire holds, by its id. */
export type SemaphoreState = { readonly permits: number; readonly held: Readonly<Record<string, number>> };

/**
 * A semaphore with `params.permits` permits: `acquire` takes args.permits of them (1 when absent), until value.validUntil
 * where that is given; `extend` and `release` name it by args.lease, as with a lock.
 */
export const semaphore = defineModel<SemaphoreState>({
  name: 'semaphore',
  about: 'Never more permits are out than there are.',
  operations: ['acquire', 'extend', 'release'],
  init({ permits }) {
    if (permits === undefined) throw new RangeError('the history does not say how many permits there are: params.permits is missing');
    return { permits, held: {} };
  },
  step({ permits, held }, record) {
    const lease = String(record.operation === 'acquire' ? record.id : leaseOf(record));
    const others = Object.fromEntries(Object.entries(held).filter(([id]) => id !== lease));
    const isHeld = held[lease] !== undefined;
    if (record.operation === 'acquire') return total(held) + wanted(record) <= permits ? { permits, held: { ...held, [lease]: wanted(record) } } : undefined;
    if (record.operation === 'extend') return isHeld || record.status === 'unknown' ? { permits, held } : undefined;
    const isOfNothing = leaseOf(record) === null && record.status === 'ok' && record.operation !== EXPIRE;
    return isOfNothing ? undefined : { permits, held: others };
  },
  prepare: withImpliedEnds,
  describe: ({ permits, held }) =>
    `${total(held)} of ${permits} permits are out, to ${
      Object.keys(held)
        .map((id) => `operation ${id}`)
        .join(', ') || 'nobody'
    }`,
  expected: ({ permits, held }) => `at most ${permits - total(held)} more could be had`,
});

const wanted = ({ args }: OperationRecord): number => (typeof args['permits'] === 'number' ? args['permits'] : 1);
const total = (held: SemaphoreState['held']): number => Object.values(held).reduce((sum, permits) => sum + permits, 0);
