import { defineFormalModel, system } from './checker/define-model.js';
import { choice, each, flag, type Id, ids, range } from './checker/shape.js';

/** One product and its buyers: reserve, pay, commit; a hold may expire at any moment. And three ways to get it wrong. */
export const inventory = defineFormalModel({
  name: 'inventory',
  describe:
    'One product: reserve, pay, commit, and a hold that may expire at any moment. Or read, then take (naive); commit without looking (blind); give an expired hold back twice (double).',
  params: { B: range(1, 16), S: range(0, 60), Q: range(1, 16), MODE: choice('reserve', 'naive', 'blind', 'double') },
  rows: [
    { params: { B: 3, S: 2, Q: 1, MODE: 'reserve' }, holds: ['NoOversell', 'Conservation'], distinct: 632, depth: 13 },
    { params: { B: 3, S: 2, Q: 1, MODE: 'naive' }, violated: { NoOversell: 7 } },
    { params: { B: 3, S: 2, Q: 1, MODE: 'blind' }, violated: { NoOversell: null, Conservation: null } },
    { params: { B: 3, S: 2, Q: 1, MODE: 'double' }, violated: { Conservation: null } },
  ],
  system({ B, S, Q, MODE }) {
    const buyers = ids(B);
    const quantities = ids(Q);
    const giveBack = (s: { avail: number; hold: Record<Id, boolean>; q: Record<Id, number> }, b: Id): void => {
      s.hold[b] = false;
      s.avail += s.q[b];
    };
    return system({
      state: {
        // Free to reserve; oversold, it goes below nothing, and given back twice, above all there is.
        avail: range(-B * Q, S + 2 * B * Q),
        sold: range(0, B * Q),
        pc: each(buyers, choice('idle', 'ok', 'held', 'paying', 'sold', 'rejected', 'refund', 'gone')),
        // What the buyer wants (0: has not asked yet), and whether its reservation is alive.
        q: each(buyers, range(0, Q)),
        hold: each(buyers, flag),
      },
      init: (s) => void (s.avail = S),
      actions: {
        Reserve: {
          for: [buyers, quantities],
          when: (s, b, n) => MODE !== 'naive' && s.pc[b] === 'idle' && s.avail >= n,
          then(s, b, n) {
            s.avail -= n;
            s.q[b] = n;
            s.hold[b] = true;
            s.pc[b] = 'held';
          },
        },
        Reject: {
          for: [buyers, quantities],
          when: (s, b, n) => s.pc[b] === 'idle' && s.avail < n,
          then: (s, b, n) => void ((s.pc[b] = 'rejected'), (s.q[b] = n)),
        },
        Pay: { for: [buyers], when: (s, b) => s.pc[b] === 'held', then: (s, b) => void (s.pc[b] = 'paying') },
        // The buyer does not know.
        Expire: { for: [buyers], when: (s, b) => s.hold[b], then: giveBack },
        Commit: {
          for: [buyers],
          when: (s, b) => s.pc[b] === 'paying' && (s.hold[b] || MODE === 'blind'),
          then(s, b) {
            s.hold[b] = false;
            s.sold += s.q[b];
            s.pc[b] = 'sold';
          },
        },
        Refund: { for: [buyers], when: (s, b) => MODE !== 'blind' && s.pc[b] === 'paying' && !s.hold[b], then: (s, b) => void (s.pc[b] = 'refund') },
        Release: {
          for: [buyers],
          when: (s, b) => s.pc[b] === 'held',
          then(s, b) {
            if (s.hold[b] || MODE === 'double') giveBack(s, b);
            s.pc[b] = 'gone';
          },
        },
        Check: {
          for: [buyers, quantities],
          when: (s, b, n) => MODE === 'naive' && s.pc[b] === 'idle' && s.avail >= n,
          then: (s, b, n) => void ((s.q[b] = n), (s.pc[b] = 'ok')),
        },
        Take: {
          for: [buyers],
          when: (s, b) => s.pc[b] === 'ok',
          then(s, b) {
            s.avail -= s.q[b];
            s.sold += s.q[b];
            s.pc[b] = 'sold';
          },
        },
      },
      always: {
        NoOversell: (s) => s.sold <= S,
        Conservation: (s) => s.avail + buyers.reduce((held, b) => held + (s.hold[b] ? s.q[b] : 0), 0) + s.sold === S,
      },
      symmetry: [buyers],
    });
  },
});
