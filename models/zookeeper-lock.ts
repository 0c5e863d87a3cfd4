import { atMostOne, defineFormalModel, system, weak } from './checker/define-model.js';
import { choice, each, flag, type Id, ids, range } from './checker/shape.js';

/** ZooKeeper's lock: ephemeral sequential nodes, each waiter watching the one before its own, fencing by the node's czxid. */
export const zookeeperLock = defineFormalModel({
  name: 'zookeeper-lock',
  describe:
    "ZooKeeper's lock of ephemeral sequential nodes. An expired session leaves two believers, which fencing makes harmless. Who does not look again before it waits may wait for ever.",
  params: { C: range(1, 16), K: range(0, 60), EXPIRIES: range(0, 60), FENCED: flag, RECHECK: flag },
  rows: [
    {
      params: { C: 2, K: 3, EXPIRIES: 0, FENCED: false, RECHECK: true },
      holds: ['BeliefMutex', 'Monotone', 'NoLostWakeup', 'Liveness'],
      distinct: 110,
      depth: 11,
    },
    { params: { C: 2, K: 3, EXPIRIES: 1, FENCED: true, RECHECK: true }, violated: { BeliefMutex: 6 }, holds: ['Monotone', 'NoLostWakeup', 'Liveness'] },
    { params: { C: 2, K: 3, EXPIRIES: 1, FENCED: false, RECHECK: true }, violated: { Monotone: null } },
    { params: { C: 2, K: 3, EXPIRIES: 0, FENCED: false, RECHECK: false }, violated: { NoLostWakeup: null, Liveness: null } },
  ],
  system({ C, K, EXPIRIES, FENCED, RECHECK }) {
    const clients = ids(C);
    type Queue = { node: Record<Id, number>; pc: Record<Id, string>; pred: Record<Id, number> };
    const isLive = (s: Queue, czxid: number): boolean => clients.some((d) => s.node[d] === czxid);
    /** The largest live node that is smaller than c's; 0 if c is first. */
    const before = (s: Queue, c: Id): number => clients.reduce((best, d) => (s.node[d] < s.node[c] ? Math.max(best, s.node[d]) : best), 0);
    /** c's node goes; whoever watched it hears of it in the same step. */
    const gone = (s: Queue, c: Id): void => {
      for (const d of clients) {
        if (s.pc[d] !== 'wait' || s.pred[d] !== s.node[c]) continue;
        s.pc[d] = 'list';
        s.pred[d] = 0;
      }
      s.node[c] = 0;
    };
    return system({
      state: {
        zx: range(0, K),
        // The czxid of c's live node, and the one that c remembers; 0 is none.
        node: each(clients, range(0, K)),
        my: each(clients, range(0, K)),
        pc: each(clients, choice('idle', 'list', 'exists', 'wait', 'cs')),
        // Which node it asks about or waits for.
        pred: each(clients, range(0, K)),
        // The largest czxid that the resource accepted, and whether none was ever smaller (history).
        hi: range(0, K),
        mono: flag,
        exp: range(0, EXPIRIES),
      },
      init(s) {
        s.mono = true;
        s.exp = EXPIRIES;
      },
      actions: {
        Create: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'idle' && s.zx < K,
          then(s, c) {
            s.zx += 1;
            s.node[c] = s.my[c] = s.zx;
            s.pc[c] = 'list';
          },
        },
        List: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'list' && s.node[c] !== 0,
          then(s, c) {
            s.pred[c] = before(s, c);
            s.pc[c] = s.pred[c] === 0 ? 'cs' : 'exists';
          },
          fair: weak(),
        },
        Exists: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'exists',
          then(s, c) {
            // The right recipe: if it is gone already, list again.
            if (!RECHECK || isLive(s, s.pred[c])) s.pc[c] = 'wait';
            else {
              s.pc[c] = 'list';
              s.pred[c] = 0;
            }
          },
          fair: weak(),
        },
        Write: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'cs',
          then(s, c) {
            if (FENCED && s.my[c] < s.hi) return;
            s.mono &&= s.my[c] >= s.hi;
            s.hi = Math.max(s.hi, s.my[c]);
          },
        },
        Release: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'cs' && s.node[c] !== 0,
          then: (s, c) => void (gone(s, c), (s.pc[c] = 'idle'), (s.my[c] = 0)),
          fair: weak(),
        },
        // The client does not know.
        Expire: { for: [clients], when: (s, c) => s.exp > 0 && s.node[c] !== 0, then: (s, c) => void (gone(s, c), (s.exp -= 1)) },
        Learn: {
          for: [clients],
          when: (s, c) => s.pc[c] !== 'idle' && s.node[c] === 0,
          then: (s, c) => void ((s.pc[c] = 'idle'), (s.my[c] = 0), (s.pred[c] = 0)),
          fair: weak(),
        },
      },
      always: {
        BeliefMutex: (s) => atMostOne(clients, (c) => s.pc[c] === 'cs'),
        Monotone: (s) => s.mono,
        NoLostWakeup: (s) => clients.every((c) => s.pc[c] !== 'wait' || isLive(s, s.pred[c])),
      },
      leadsTo: { Liveness: { for: [clients], from: (s, c) => s.pc[c] === 'list', to: (s, c) => s.pc[c] === 'cs' || s.pc[c] === 'idle' } },
      symmetry: [clients],
    });
  },
});
