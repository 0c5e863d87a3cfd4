import { atMostOne, count, defineFormalModel, system } from './checker/define-model.js';
import { choice, each, flag, type Id, ids, maybe, range } from './checker/shape.js';

/** Redlock: a majority of independent instances, and clients that check their own validity time. */
export const redlock = defineFormalModel({
  name: 'redlock',
  describe:
    'Redlock on independent instances. Safe while instances gain less than the drift margin, no clock jumps, and a crashed instance stays silent for a TTL.',
  params: { C: range(1, 8), I: range(1, 8), TTL: range(1, 60), M: range(0, 60), D: range(0, 60), CRASHES: range(0, 60), DELAY: flag, JUMPS: range(0, 60) },
  rows: [
    { params: { C: 2, I: 3, TTL: 2, M: 0, D: 0, CRASHES: 0, DELAY: false, JUMPS: 0 }, holds: ['Mutex'], distinct: 29459, depth: 18 },
    { params: { C: 2, I: 3, TTL: 2, M: 0, D: 0, CRASHES: 1, DELAY: false, JUMPS: 0 }, violated: { Mutex: 10 } },
    { params: { C: 2, I: 3, TTL: 2, M: 0, D: 0, CRASHES: 1, DELAY: true, JUMPS: 0 }, holds: ['Mutex'] },
    { params: { C: 2, I: 3, TTL: 2, M: 0, D: 1, CRASHES: 0, DELAY: false, JUMPS: 0 }, violated: { Mutex: null } },
    { params: { C: 2, I: 3, TTL: 2, M: 1, D: 1, CRASHES: 0, DELAY: false, JUMPS: 0 }, holds: ['Mutex'] },
    { params: { C: 2, I: 3, TTL: 2, M: 0, D: 0, CRASHES: 0, DELAY: false, JUMPS: 1 }, violated: { Mutex: null } },
  ],
  system({ C, I, TTL, M, D, CRASHES, DELAY, JUMPS }) {
    const clients = ids(C);
    const instances = ids(I);
    const quorum = Math.floor(I / 2) + 1;
    const state = {
      // Per instance: whose key it has, its ticks left, what its clock has gained on it, and how long it stays silent.
      own: each(instances, maybe(clients)),
      left: each(instances, range(0, TTL)),
      dr: each(instances, range(0, D)),
      down: each(instances, range(0, TTL)),
      // Per client: the answers so far, and its own timer.
      ans: each(clients, each(instances, choice('-', 'y', 'n'))),
      pc: each(clients, choice('idle', 'req', 'cs')),
      dl: each(clients, range(0, Math.max(TTL - M, 0))),
      // What may still go wrong.
      crashes: range(0, CRASHES),
      jumps: range(0, JUMPS),
    };
    type Keys = { own: Record<Id, Id | 0>; left: Record<Id, number>; dr: Record<Id, number> };
    const forget = (s: Keys, i: Id): void => void ((s.own[i] = 0), (s.left[i] = 0), (s.dr[i] = 0));
    const yes = (ans: Readonly<Record<Id, string>>): number => count(instances, (i) => ans[i] === 'y');
    // One atomic step on all instances.
    const drop = (s: Keys & { pc: Record<Id, string>; dl: Record<Id, number>; ans: Record<Id, Record<Id, string>> }, c: Id): void => {
      s.pc[c] = 'idle';
      s.dl[c] = 0;
      for (const i of instances) {
        s.ans[c][i] = '-';
        if (s.own[i] === c) forget(s, i);
      }
    };
    return system({
      state,
      init(s) {
        s.crashes = CRASHES;
        s.jumps = JUMPS;
      },
      actions: {
        // The timer starts before anybody is asked.
        Start: { for: [clients], when: (s, c) => s.pc[c] === 'idle', then: (s, c) => void ((s.pc[c] = 'req'), (s.dl[c] = TTL - M)) },
        Ask: {
          for: [clients, instances],
          when: (s, c, i) => s.pc[c] === 'req' && s.ans[c][i] === '-',
          then(s, c, i) {
            const isFree = s.own[i] === 0 && s.down[i] === 0;
            s.ans[c][i] = isFree ? 'y' : 'n';
            if (!isFree) return;
            s.own[i] = c;
            s.left[i] = TTL;
            s.dr[i] = 0;
          },
        },
        Enter: { for: [clients], when: (s, c) => s.pc[c] === 'req' && yes(s.ans[c]) >= quorum && s.dl[c] > 0, then: (s, c) => void (s.pc[c] = 'cs') },
        Fail: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'req' && (s.dl[c] === 0 || (instances.every((i) => s.ans[c][i] !== '-') && yes(s.ans[c]) < quorum)),
          then: drop,
        },
        Exit: { for: [clients], when: (s, c) => s.pc[c] === 'cs', then: drop },
        // The instance's clock runs ahead of the others by a tick.
        Drift: {
          for: [instances],
          when: (s, i) => s.left[i] > 0 && s.dr[i] < D,
          then(s, i) {
            s.left[i] -= 1;
            s.dr[i] += 1;
            if (s.left[i] === 0) forget(s, i);
          },
        },
        Jump: { for: [instances], when: (s, i) => s.jumps > 0 && s.own[i] !== 0, then: (s, i) => void (forget(s, i), (s.jumps -= 1)) },
        Crash: {
          for: [instances],
          when: (s, i) => s.crashes > 0 && s.own[i] !== 0,
          then(s, i) {
            forget(s, i);
            s.crashes -= 1;
            if (DELAY) s.down[i] = TTL;
          },
        },
        Tick: {
          when: (s) => instances.some((i) => s.left[i] > 0 || s.down[i] > 0) || clients.some((c) => s.dl[c] > 0),
          then(s) {
            for (const i of instances) {
              if (s.left[i] <= 1) forget(s, i);
              else s.left[i] -= 1;
              s.down[i] = Math.max(s.down[i] - 1, 0);
            }
            for (const c of clients) s.dl[c] = Math.max(s.dl[c] - 1, 0);
          },
        },
      },
      always: { Mutex: (s) => atMostOne(clients, (c) => s.pc[c] === 'cs' && s.dl[c] > 0) },
      symmetry: [clients, instances],
    });
  },
});
