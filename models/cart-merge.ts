import { defineFormalModel, system } from './checker/define-model.js';
import { choice, each, flag, ids, range } from './checker/shape.js';

/** A guest logs in, and the guest's cart becomes part of the customer's. The request may be repeated; another device goes on changing the cart. */
export const cartMerge = defineFormalModel({
  name: 'cart-merge',
  describe:
    "Merging a guest's cart into the customer's at login. The request may come twice, and another device writes meanwhile: once (with a mark) and by version, nothing is lost or doubled.",
  params: { P: range(1, 3), Q: range(1, 4), REPEATS: range(0, 3), MODE: choice('safe', 'unmarked', 'unversioned') },
  rows: [
    { params: { P: 2, Q: 1, REPEATS: 1, MODE: 'safe' }, holds: ['NothingDoubled', 'NothingLost', 'GuestCartIsUsedUp'] },
    { params: { P: 1, Q: 1, REPEATS: 1, MODE: 'unmarked' }, violated: { NothingDoubled: 8 } },
    { params: { P: 1, Q: 1, REPEATS: 0, MODE: 'unversioned' }, violated: { NothingLost: 5 } },
  ],
  system({ P, Q, REPEATS, MODE }) {
    const products = ids(P);
    const most = Q * (REPEATS + 3);
    return system({
      state: {
        // Quantities, by product: in the guest's cart, in the customer's, and what the merge has read of the latter.
        guest: each(products, range(0, Q)),
        cart: each(products, range(0, most)),
        read: each(products, range(0, most)),
        // What the other device has added, for the books; at most Q of each.
        added: each(products, range(0, Q)),
        merge: choice('none', 'asked', 'has read', 'done'),
        // Is the customer's cart as it was when it was read? Has the guest's cart been merged already, as its row says?
        unchanged: flag,
        marked: flag,
        repeats: range(0, REPEATS),
        // History: quantities of the guest that a login was to bring in.
        wanted: each(products, range(0, Q)),
      },
      init: (s) => void (s.repeats = REPEATS),
      actions: {
        Browse: { for: [products], when: (s, p) => s.merge === 'none' && s.guest[p] < Q, then: (s, p) => void (s.guest[p] += 1) },
        Login: {
          when: (s) => s.merge === 'none',
          then(s) {
            s.merge = 'asked';
            for (const p of products) s.wanted[p] = s.guest[p];
          },
        },
        Read: {
          when: (s) => s.merge === 'asked',
          then(s) {
            s.merge = s.marked && MODE !== 'unmarked' ? 'done' : 'has read';
            s.unchanged = s.merge === 'has read';
            for (const p of products) s.read[p] = s.unchanged ? s.cart[p] : 0;
          },
        },
        // Written only if nothing changed since, together with the mark; else it is read again.
        Write: {
          when: (s) => s.merge === 'has read',
          then(s) {
            const mayWrite = s.unchanged || MODE === 'unversioned';
            for (const p of products) {
              if (mayWrite) s.cart[p] = s.read[p] + s.guest[p];
              s.read[p] = 0;
            }
            s.marked ||= mayWrite;
            s.unchanged = false;
            s.merge = mayWrite ? 'done' : 'asked';
          },
        },
        // The answer was lost, or a second tab did the same.
        Repeat: { when: (s) => s.merge === 'done' && s.repeats > 0, then: (s) => void ((s.merge = 'asked'), (s.repeats -= 1)) },
        OtherDevice: {
          for: [products],
          when: (s, p) => s.added[p] < Q,
          then(s, p) {
            s.cart[p] += 1;
            s.added[p] += 1;
            s.unchanged = false;
          },
        },
      },
      always: {
        NothingDoubled: (s) => products.every((p) => s.cart[p] <= s.added[p] + s.wanted[p]),
        NothingLost: (s) => products.every((p) => s.cart[p] >= s.added[p] && (s.merge !== 'done' || s.cart[p] >= s.added[p] + s.wanted[p])),
        GuestCartIsUsedUp: (s) => s.merge !== 'done' || s.marked,
      },
      symmetry: [products],
      mutants: {
        'the mark is forgotten': {
          breaks: 'GuestCartIsUsedUp',
          actions: { Write: { then: (s) => void ((s.merge = 'done'), (s.unchanged = false), products.forEach((p) => (s.read[p] = 0))) } },
        },
      },
    });
  },
});
