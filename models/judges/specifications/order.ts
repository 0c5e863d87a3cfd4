import type { OperationRecord } from '../../history.js';
import { attemptsAsOne } from '../attempts.js';
import { defineModel } from '../sequential-model.js';

export type OrderStatus = 'none' | 'new' | 'charged' | 'confirmed' | 'shipped' | 'cancelled' | 'refunding' | 'refunded';

/** From where each step of an order may be made, and where it leads. */
const STEPS: Readonly<Record<string, Readonly<Partial<Record<OrderStatus, OrderStatus>>>>> = {
  place: { none: 'new' },
  charge: { new: 'charged' },
  confirm: { charged: 'confirmed' },
  ship: { confirmed: 'shipped' },
  cancel: { new: 'cancelled', charged: 'refunding', confirmed: 'refunding' },
  refund: { refunding: 'refunded' },
};

/**
 * One order (the key): `place`, `charge`, `confirm`, `ship`; or `cancel`, which after the charge needs a `refund`. `read`
 * answers value.status. Attempts with one args.operationId are one.
 */
export const order = defineModel<OrderStatus>({
  name: 'order',
  about: 'An order is charged before it is confirmed, confirmed before it is shipped, and refunded only when it was charged; each once.',
  operations: [...Object.keys(STEPS), 'read'],
  init: () => 'none',
  step: (status, record) => after(status, record) ?? (record.status === 'unknown' ? status : undefined),
  effectOf: ({ operation }) => operation,
  prepare: (operations) => attemptsAsOne(operations),
  describe: (status) => (status === 'none' ? 'there is no such order' : `the order is ${status}`),
  expected: (status) => {
    const possible = Object.keys(STEPS).filter((step) => STEPS[step]?.[status] !== undefined);
    return possible.length === 0 ? 'nothing more could be done' : `only ${possible.join(' or ')} could be done`;
  },
});

function after(status: OrderStatus, record: OperationRecord): OrderStatus | undefined {
  if (record.operation !== 'read') return STEPS[record.operation]?.[status];
  return record.status !== 'ok' || record.value['status'] === status ? status : undefined;
}
