import { describe, expect, test } from 'vitest';
import { allModels } from '../../../../models/all-models.js';
import { decisionTree, evaluate, type Value } from '../../../../models/checker/decision-tree.js';
import type { AnyState } from '../../../../models/checker/define-model.js';
import { system } from '../../../../models/checker/define-model.js';
import { instancesOf } from '../../../../models/checker/instances.js';
import { parseParams } from '../../../../models/checker/parse-params.js';
import { type Cell, cellsOf, range } from '../../../../models/checker/shape.js';
import { toTla } from '../../../../models/checker/tla.js';
import { walker } from '../../../../models/checker/walk.js';
import { leaseLock } from '../../../../models/lease-lock.js';
import { orderSaga } from '../../../../models/order-saga.js';
import { twoLocks } from '../../../../models/two-locks.js';

const valueAt = (s: Readonly<AnyState>, { field, indices }: Cell): Value =>
  indices.reduce<unknown>((value, index) => (value as unknown[])[index], s[field]) as Value;

describe.each(allModels.map((model) => [model.name, model] as const))('%s', (_, model) => {
  test('what is written out is what the model does', () => {
    const own = model.system(parseParams(model, {}));
    const cells = cellsOf(own.state);
    const go = walker(own);
    let seed = 7;
    const choose = (bound: number): number => (seed = (seed * 48_271) % 2_147_483_647) % bound;
    const states = Array.from({ length: 12 }, () => go({ steps: 25, choose }).steps.map(({ state }) => state)).flat();
    for (const { definition, args } of instancesOf(own)) {
      const [a, b] = [args[0]!, args[1]!];
      const tree = decisionTree(cells, (s) => {
        if (definition.when?.(s, a, b) === false) return false;
        definition.then(s, a, b);
        return 'changes';
      });
      for (const state of states) {
        const told = evaluate(tree, (cell) => valueAt(state, cells[cell]!));
        const after = structuredClone(state) as AnyState;
        const isPossible = definition.when?.(state, a, b) ?? true;
        expect(told !== false).toBe(isPossible);
        if (typeof told === 'boolean') continue;
        definition.then(after, a, b);
        expect(cells.map((cell, index) => told.get(index) ?? valueAt(state, cell))).toEqual(cells.map((cell) => valueAt(after, cell)));
      }
    }
  });
});

test('an action in TLA+', () => {
  const text = toTla('lease-lock', parseParams(leaseLock, {}), leaseLock.system(parseParams(leaseLock, {})));
  expect(text).toContain(`---- MODULE lease_lock ----`);
  expect(text).toContain(`Exit_1 ==
  /\\ pc[1] = "cs"
  /\\ \\/ /\\ owner # 1
        /\\ pc' = [pc EXCEPT ![1] = "idle"]
        /\\ dl' = [dl EXCEPT ![1] = 0]
        /\\ UNCHANGED <<owner, left>>
     \\/ /\\ owner = 1
        /\\ owner' = 0
        /\\ left' = 0
        /\\ pc' = [pc EXCEPT ![1] = "idle"]
        /\\ dl' = [dl EXCEPT ![1] = 0]
`);
  expect(text).toContain('CHECK_DEADLOCK FALSE');
});

test('fairness, by instance or by group, and liveness', () => {
  const saga = toTla('order-saga', parseParams(orderSaga, {}), orderSaga.system(parseParams(orderSaga, {})));
  expect(saga).toContain('/\\ WF_vars(Charge_1 \\/ Charged_1 \\/ Deduct_1 \\/ Deducted_1 \\/ Confirm_1 \\/ Refund_1 \\/ Refunded_1)');
  expect(saga).toContain('/\\ <>(st[2] \\in {"confirmed", "refunded"})');
  const params = parseParams(twoLocks, { ORDERED: true, FAIRNESS: 'SF' });
  const locks = toTla('two-locks', params, twoLocks.system(params));
  expect(locks).toContain('/\\ SF_vars(Take2_1)');
  expect(locks).toContain('/\\ ((pc[1] = "one") ~> (pc[1] = "both"))');
  expect(locks).toContain('CHECK_DEADLOCK TRUE');
});

test('a promise that takes more than a line has a name of its own: lists of conditions depend on their alignment', () => {
  const pair = system({
    state: { a: range(0, 1), b: range(0, 2) },
    actions: { Step: { then: (s) => void (s.a = 1 - s.a) } },
    eventually: { Both: { reaches: (s) => (s.a === 1 && s.b > 0) || s.b === 2 } },
  });
  expect(toTla('pair', {}, pair)).toContain(`Both_reaches ==
  \\/ /\\ a = 0
     /\\ b = 2
  \\/ /\\ a = 1
     /\\ b # 0

Both ==
  /\\ <>Both_reaches
`);
});

test('what depends on too much at once is refused', () => {
  const wide = system({ state: { a: range(0, 999), b: range(0, 999) }, actions: { Add: { when: (s) => s.a * s.b === 77, then: (s) => void (s.a = 0) } } });
  expect(() => toTla('wide', {}, wide)).toThrow('give smaller parameters');
});
