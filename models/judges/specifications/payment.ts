import type { OperationRecord } from '../../history.js';
import { attemptsAsOne } from '../attempts.js';
import { canonical } from '../canonical.js';
import { defineModel } from '../sequential-model.js';

/** Minor units of money. */
export interface PaymentState {
  readonly authorized: number;
  readonly captured: number;
  readonly refunded: number;
  /** No more can be captured. */
  readonly isVoid: boolean;
}

/**
 * One payment (the key), in minor units: `authorize` (args.amount, once), `capture` of what is authorized, `charge` (both in
 * one), `refund` of what was captured, `void` of what was not. Attempts with one args.operationId, the idempotency key, are one.
 * `read` answers value.captured and value.refunded.
 */
export const payment = defineModel<PaymentState>({
  name: 'payment',
  about: 'Never is more captured than was authorized, nor more refunded than was captured.',
  operations: ['authorize', 'capture', 'charge', 'refund', 'void', 'read'],
  init: () => ({ authorized: 0, captured: 0, refunded: 0, isVoid: false }),
  step: (state, record) => moved(state, record) ?? (record.status === 'unknown' ? state : undefined),
  effectOf: ({ operation, args }) => canonical([operation, args['amount']]),
  prepare: (operations) => attemptsAsOne(operations),
  describe: ({ authorized, captured, refunded, isVoid }) =>
    `${authorized} is authorized${isVoid ? ' and void' : ''}, ${captured} of it captured, ${refunded} of that refunded`,
});

function moved(state: PaymentState, record: OperationRecord): PaymentState | undefined {
  const { authorized, captured, refunded, isVoid } = state;
  const amount = typeof record.args['amount'] === 'number' ? record.args['amount'] : 0;
  switch (record.operation) {
    case 'authorize':
      return authorized === 0 ? { ...state, authorized: amount } : undefined;
    case 'charge':
      return authorized === 0 ? { ...state, authorized: amount, captured: amount } : undefined;
    case 'capture':
      return !isVoid && captured + amount <= authorized ? { ...state, captured: captured + amount } : undefined;
    case 'refund':
      return refunded + amount <= captured ? { ...state, refunded: refunded + amount } : undefined;
    case 'void':
      return captured === 0 && authorized > 0 ? { ...state, isVoid: true } : undefined;
    default:
      return isAsRead(state, record) ? state : undefined;
  }
}

function isAsRead({ captured, refunded }: PaymentState, { status, value }: OperationRecord): boolean {
  if (status !== 'ok') return true;
  return (value['captured'] ?? captured) === captured && (value['refunded'] ?? refunded) === refunded;
}
