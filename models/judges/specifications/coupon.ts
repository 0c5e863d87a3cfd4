import type { OperationRecord } from '../../history.js';
import { attemptsAsOne } from '../attempts.js';
import { defineModel } from '../sequential-model.js';

/** Which redemptions count, by operation id, each with the customer (or nobody's name). */
export type CouponState = { readonly limit: number; readonly perCustomer: number; readonly redeemed: Readonly<Record<string, string>> };

/**
 * A coupon (the key) that can be redeemed `params.limit` times in all, and `params.perCustomer` times by each args.customer
 * (both without end when absent). `redeem` is known by args.operationId; `revert` with the same id takes it back, and is
 * nothing where there is nothing to take back. Whoever is refused as `used-up` or `already-redeemed` must have found it so.
 */
export const coupon = defineModel<CouponState>({
  name: 'coupon',
  about: 'Never redeemed more often than allowed, in all and by each customer.',
  operations: ['redeem', 'revert'],
  init: ({ limit = Infinity, perCustomer = Infinity }) => ({ limit, perCustomer, redeemed: {} }),
  step(state, record) {
    const id = idOf(record);
    const redeemed = Object.fromEntries(Object.entries(state.redeemed).filter(([other]) => other !== id));
    if (record.operation === 'revert') return { ...state, redeemed };
    if (isUsedUp(state) || hasHadHis(state, record)) return record.status === 'unknown' ? state : undefined;
    return { ...state, redeemed: { ...redeemed, [id]: customerOf(record) } };
  },
  mayRefuse(state, record) {
    const reason = record.value['reason'];
    if (reason === 'used-up') return isUsedUp(state);
    return reason !== 'already-redeemed' || hasHadHis(state, record);
  },
  prepare: (operations) => [...attemptsAsOne(operations.filter(isRedemption)), ...operations.filter((record) => !isRedemption(record))],
  describe: (state) => `it has been redeemed ${count(state)} of ${state.limit} times`,
  expected: (state, record) => (isUsedUp(state) ? 'nobody could redeem it any more' : `${customerOf(record) || 'this one'} could not redeem it again`),
});

const isRedemption = ({ operation }: OperationRecord): boolean => operation === 'redeem';
const idOf = ({ args, id }: OperationRecord): string => (typeof args['operationId'] === 'string' ? args['operationId'] : `${id}`);
const customerOf = ({ args }: OperationRecord): string => (typeof args['customer'] === 'string' ? args['customer'] : '');
const count = ({ redeemed }: CouponState): number => Object.keys(redeemed).length;
const isUsedUp = (state: CouponState): boolean => count(state) >= state.limit;
const hasHadHis = ({ perCustomer, redeemed }: CouponState, record: OperationRecord): boolean =>
  customerOf(record) !== '' && Object.values(redeemed).filter((customer) => customer === customerOf(record)).length >= perCustomer;
