import { count, defineFormalModel, system, weak } from './checker/define-model.js';
import { choice, each, ids, range } from './checker/shape.js';

/** A coupon that may be redeemed L times in all and once a customer. Orders of one customer race; payment may fail, and then it is given back. */
export const coupon = defineFormalModel({
  name: 'coupon',
  describe:
    'A coupon with L uses, one a customer. Redemption is one conditional insert with a unique key (unique); to look first and insert then (check) redeems it twice.',
  params: { U: range(1, 8), O: range(1, 4), L: range(0, 32), MODE: choice('unique', 'check') },
  rows: [
    { params: { U: 2, O: 2, L: 1, MODE: 'unique' }, holds: ['WithinLimit', 'OnceACustomer', 'CountIsRight', 'Decided'] },
    { params: { U: 2, O: 2, L: 1, MODE: 'check' }, violated: { WithinLimit: 5 } },
    { params: { U: 1, O: 2, L: 2, MODE: 'check' }, violated: { OnceACustomer: 5 }, holds: ['WithinLimit'] },
  ],
  system({ U, O, L, MODE }) {
    const customers = ids(U);
    // Each customer has so many orders, on several devices.
    const orders = ids(O);
    return system({
      state: {
        order: each(customers, each(orders, choice('open', 'looked', 'redeemed', 'refused', 'paid', 'given back'))),
        // What the coupon's row says.
        used: range(0, U * O),
      },
      actions: {
        Redeem: {
          for: [customers, orders],
          when: (s, u, o) => MODE === 'unique' && s.order[u][o] === 'open',
          then(s, u, o) {
            const isTaken = orders.some((other) => s.order[u][other] === 'redeemed' || s.order[u][other] === 'paid');
            if (isTaken || s.used >= L) s.order[u][o] = 'refused';
            else {
              s.used += 1;
              s.order[u][o] = 'redeemed';
            }
          },
          fair: weak(),
        },
        Look: {
          for: [customers, orders],
          when: (s, u, o) => MODE === 'check' && s.order[u][o] === 'open',
          then(s, u, o) {
            const isTaken = orders.some((other) => s.order[u][other] === 'redeemed' || s.order[u][other] === 'paid');
            s.order[u][o] = isTaken || s.used >= L ? 'refused' : 'looked';
          },
          fair: weak(),
        },
        Insert: {
          for: [customers, orders],
          when: (s, u, o) => s.order[u][o] === 'looked',
          then: (s, u, o) => void ((s.used += 1), (s.order[u][o] = 'redeemed')),
          fair: weak(),
        },
        Pay: {
          for: [customers, orders],
          when: (s, u, o) => s.order[u][o] === 'redeemed',
          then: (s, u, o) => void (s.order[u][o] = 'paid'),
          fair: weak('Settle'),
        },
        GiveBack: {
          for: [customers, orders],
          when: (s, u, o) => s.order[u][o] === 'redeemed',
          then: (s, u, o) => void ((s.used -= 1), (s.order[u][o] = 'given back')),
          fair: weak('Settle'),
        },
      },
      always: {
        WithinLimit: (s) => s.used <= L,
        OnceACustomer: (s) => customers.every((u) => count(orders, (o) => s.order[u][o] === 'redeemed' || s.order[u][o] === 'paid') <= 1),
        CountIsRight: (s) => s.used === customers.reduce((sum, u) => sum + count(orders, (o) => s.order[u][o] === 'redeemed' || s.order[u][o] === 'paid'), 0),
      },
      eventually: {
        Decided: { for: [customers, orders], reaches: (s, u, o) => s.order[u][o] === 'paid' || s.order[u][o] === 'refused' || s.order[u][o] === 'given back' },
      },
      symmetry: [customers, orders],
      mutants: {
        'giving back twice': {
          breaks: 'CountIsRight',
          state: { used: range(-2 * U * O, U * O) },
          actions: { GiveBack: { then: (s, u, o) => void ((s.used -= 2), (s.order[u][o] = 'given back')) } },
        },
        'payment may be forgotten': { breaks: 'Decided', actions: { Pay: { fair: undefined }, GiveBack: { fair: undefined } } },
      },
    });
  },
});
