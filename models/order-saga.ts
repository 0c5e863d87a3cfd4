import { defineFormalModel, system, weak } from './checker/define-model.js';
import { choice, each, flag, type Id, ids, range } from './checker/shape.js';

/** Charge, deduct one unit, confirm; else refund. One worker an order: a crash takes its memory, the durable status stays. */
export const orderSaga = defineFormalModel({
  name: 'order-saga',
  describe:
    'An order saga: charge, deduct, confirm, else refund. Each effect and its recording are two steps, so that a crash between them repeats it: idempotency keys make that harmless.',
  params: { O: range(1, 16), S: range(0, 60), CRASHES: range(-1, 60), KEY: flag, REFUND: flag, RESTART: flag },
  rows: [
    {
      params: { O: 2, S: 1, CRASHES: 2, KEY: true, REFUND: true, RESTART: true },
      holds: ['NoDouble', 'Books', 'StockOk', 'Settles'],
      distinct: 397,
      depth: 15,
    },
    { params: { O: 2, S: 1, CRASHES: 1, KEY: false, REFUND: true, RESTART: true }, violated: { NoDouble: 5, Books: null } },
    { params: { O: 2, S: 1, CRASHES: 0, KEY: true, REFUND: false, RESTART: true }, violated: { Settles: null } },
    { params: { O: 2, S: 1, CRASHES: 2, KEY: true, REFUND: true, RESTART: false }, violated: { Settles: null } },
    { params: { O: 2, S: 1, CRASHES: -1, KEY: true, REFUND: true, RESTART: true }, violated: { Settles: null } },
  ],
  system({ O, S, CRASHES, KEY, REFUND, RESTART }) {
    const orders = ids(O);
    /** A repeated call with a key is answered "ok" without effect. More than twice is counted as twice. */
    const oneMore = (times: number): number => (KEY && times > 0 ? times : Math.min(times + 1, 2));
    const recorded = (s: { st: Record<Id, string>; ack: Record<Id, boolean> }, o: Id, status: 'charged' | 'deducted' | 'refunded'): void =>
      void ((s.st[o] = status), (s.ack[o] = false));
    return system({
      state: {
        st: each(orders, choice('new', 'charged', 'deducted', 'confirmed', 'refunding', 'refunded', 'stuck')),
        // Volatile: the effect of the present step was answered.
        ack: each(orders, flag),
        up: each(orders, flag),
        // How many charges, deductions and refunds took effect.
        ch: each(orders, range(0, 2)),
        de: each(orders, range(0, 2)),
        re: each(orders, range(0, 2)),
        stock: range(0, S),
        crashes: range(-1, Math.max(CRASHES, 0)),
      },
      init(s) {
        for (const o of orders) s.up[o] = true;
        s.stock = S;
        s.crashes = CRASHES;
      },
      actions: {
        Charge: {
          for: [orders],
          when: (s, o) => s.up[o] && s.st[o] === 'new' && !s.ack[o],
          then: (s, o) => void ((s.ack[o] = true), (s.ch[o] = oneMore(s.ch[o]))),
          fair: weak('Work'),
        },
        Charged: { for: [orders], when: (s, o) => s.up[o] && s.st[o] === 'new' && s.ack[o], then: (s, o) => recorded(s, o, 'charged'), fair: weak('Work') },
        Deduct: {
          for: [orders],
          when: (s, o) => s.up[o] && s.st[o] === 'charged' && !s.ack[o],
          then(s, o) {
            if (KEY && s.de[o] > 0) s.ack[o] = true;
            else if (s.stock > 0) {
              s.stock -= 1;
              s.de[o] = Math.min(s.de[o] + 1, 2);
              s.ack[o] = true;
            } else s.st[o] = REFUND ? 'refunding' : 'stuck';
          },
          fair: weak('Work'),
        },
        Deducted: {
          for: [orders],
          when: (s, o) => s.up[o] && s.st[o] === 'charged' && s.ack[o],
          then: (s, o) => recorded(s, o, 'deducted'),
          fair: weak('Work'),
        },
        Confirm: { for: [orders], when: (s, o) => s.up[o] && s.st[o] === 'deducted', then: (s, o) => void (s.st[o] = 'confirmed'), fair: weak('Work') },
        Refund: {
          for: [orders],
          when: (s, o) => s.up[o] && s.st[o] === 'refunding' && !s.ack[o],
          then: (s, o) => void ((s.ack[o] = true), (s.re[o] = oneMore(s.re[o]))),
          fair: weak('Work'),
        },
        Refunded: {
          for: [orders],
          when: (s, o) => s.up[o] && s.st[o] === 'refunding' && s.ack[o],
          then: (s, o) => recorded(s, o, 'refunded'),
          fair: weak('Work'),
        },
        Crash: {
          for: [orders],
          when: (s, o) => s.up[o] && s.crashes !== 0 && s.st[o] !== 'confirmed' && s.st[o] !== 'refunded' && s.st[o] !== 'stuck',
          then(s, o) {
            s.up[o] = false;
            s.ack[o] = false;
            if (s.crashes > 0) s.crashes -= 1;
          },
        },
        Restart: { for: [orders], when: (s, o) => !s.up[o], then: (s, o) => void (s.up[o] = true), fair: RESTART ? weak() : undefined },
      },
      always: {
        NoDouble: (s) => orders.every((o) => s.ch[o] <= 1 && s.de[o] <= 1 && s.re[o] <= 1),
        Books: (s) =>
          orders.every(
            (o) =>
              (s.st[o] !== 'confirmed' || (s.ch[o] === 1 && s.de[o] === 1 && s.re[o] === 0)) &&
              (s.st[o] !== 'refunded' || (s.ch[o] === 1 && s.de[o] === 0 && s.re[o] === 1)),
          ),
        StockOk: (s) => s.stock >= 0,
      },
      eventually: { Settles: { for: [orders], reaches: (s, o) => s.st[o] === 'confirmed' || s.st[o] === 'refunded' } },
      symmetry: [orders],
      mutants: {
        'Deduct does not look whether there is stock': {
          breaks: 'StockOk',
          state: { stock: range(-4 * O, S) },
          actions: { Deduct: { then: (s, o) => void ((s.stock -= 1), (s.de[o] = Math.min(s.de[o] + 1, 2)), (s.ack[o] = true)) } },
        },
      },
    });
  },
});
