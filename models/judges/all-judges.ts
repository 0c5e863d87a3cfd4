import type { History } from '../history.js';
import { conformance } from './conformance/conformance.js';
import { fencedLeaseProtocol } from './conformance/fenced-lease-protocol.js';
import { judge, type JudgeOptions } from './judge.js';
import type { SequentialModel } from './sequential-model.js';
import { cart } from './specifications/cart.js';
import { counter } from './specifications/counter.js';
import { coupon } from './specifications/coupon.js';
import { fencedResource } from './specifications/fenced-resource.js';
import { inventory } from './specifications/inventory.js';
import { keyValue } from './specifications/key-value.js';
import { lock } from './specifications/lock.js';
import { order } from './specifications/order.js';
import { payment } from './specifications/payment.js';
import { readWriteLock } from './specifications/read-write-lock.js';
import { register } from './specifications/register.js';
import { semaphore } from './specifications/semaphore.js';
import { judgeTransactions, TRANSACTIONS } from './transactions/judge-transactions.js';
import type { Verdict } from './verdict.js';

/** Something that judges whole histories. */
export interface Judge {
  readonly name: string;
  readonly about: string;
  judge(history: History, options?: JudgeOptions): Verdict;
}

/** The judge that asks for one order of all operations, explained by this model. */
export function linearizability<State>(model: SequentialModel<State>): Judge {
  return { name: model.name, about: model.about, judge: (history, options) => judge(history, model, options) };
}

/** Every judge, by the name that commands call it by. */
export const judges: ReadonlyMap<string, Judge> = new Map(
  [
    linearizability(lock),
    linearizability(semaphore),
    linearizability(readWriteLock),
    linearizability(fencedResource),
    linearizability(register),
    linearizability(keyValue),
    linearizability(counter),
    linearizability(inventory),
    linearizability(coupon),
    linearizability(payment),
    linearizability(order),
    linearizability(cart),
    { ...TRANSACTIONS, judge: judgeTransactions },
    { name: fencedLeaseProtocol.name, about: fencedLeaseProtocol.about, judge: (history: History) => conformance(history, fencedLeaseProtocol) },
  ].map((one) => [one.name, one]),
);
