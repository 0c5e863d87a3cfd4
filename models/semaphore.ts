import { count, defineFormalModel, system, weak } from './checker/define-model.js';
import { choice, each, flag, ids, range } from './checker/shape.js';

/** N permits that expire. A client is in the semaphore's set until it releases its permit or its time there is over. */
export const semaphore = defineFormalModel({
  name: 'semaphore',
  describe: 'A semaphore of N permits with leases. Adding oneself and counting must be one step: count first, and two clients take the last permit together.',
  params: { C: range(1, 16), N: range(1, 16), TTL: range(1, 60), ATOMIC: flag },
  rows: [
    { params: { C: 3, N: 2, TTL: 2, ATOMIC: true }, holds: ['AtMostN', 'ValidAtMostN', 'NoneIsLost'] },
    { params: { C: 3, N: 2, TTL: 2, ATOMIC: false }, violated: { AtMostN: 7, ValidAtMostN: 7 } },
  ],
  system({ C, N, TTL, ATOMIC }) {
    const clients = ids(C);
    return system({
      state: {
        // In the store: the ticks that each client's permit has left; 0 is none.
        left: each(clients, range(0, TTL)),
        pc: each(clients, choice('idle', 'saw room', 'held')),
        // The client's own timer.
        dl: each(clients, range(0, TTL)),
      },
      actions: {
        Acquire: {
          for: [clients],
          when: (s, c) => ATOMIC && s.pc[c] === 'idle' && count(clients, (d) => s.left[d] > 0) < N,
          then(s, c) {
            s.pc[c] = 'held';
            s.left[c] = TTL;
            s.dl[c] = TTL;
          },
        },
        Count: {
          for: [clients],
          when: (s, c) => !ATOMIC && s.pc[c] === 'idle' && count(clients, (d) => s.left[d] > 0) < N,
          then: (s, c) => void (s.pc[c] = 'saw room'),
        },
        Add: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'saw room',
          then(s, c) {
            s.pc[c] = 'held';
            s.left[c] = TTL;
            s.dl[c] = TTL;
          },
        },
        Release: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'held' && s.dl[c] > 0,
          then(s, c) {
            s.pc[c] = 'idle';
            s.left[c] = 0;
            s.dl[c] = 0;
          },
        },
        // Its time is over: the store has forgotten it, too.
        GiveUp: { for: [clients], when: (s, c) => s.pc[c] === 'held' && s.dl[c] === 0, then: (s, c) => void (s.pc[c] = 'idle'), fair: weak() },
        Tick: {
          when: (s) => clients.some((c) => s.left[c] > 0 || s.dl[c] > 0),
          then(s) {
            for (const c of clients) {
              s.left[c] = Math.max(s.left[c] - 1, 0);
              s.dl[c] = Math.max(s.dl[c] - 1, 0);
            }
          },
          fair: weak(),
        },
      },
      always: {
        AtMostN: (s) => count(clients, (c) => s.left[c] > 0) <= N,
        ValidAtMostN: (s) => count(clients, (c) => s.pc[c] === 'held' && s.dl[c] > 0) <= N,
      },
      // A permit comes back, even from a client that never does anything again.
      leadsTo: { NoneIsLost: { for: [clients], from: (s, c) => s.left[c] > 0, to: (s, c) => s.left[c] === 0 } },
      mutants: {
        'permits do not expire': { breaks: 'NoneIsLost', actions: { Tick: { then: (s) => clients.forEach((c) => (s.dl[c] = Math.max(s.dl[c] - 1, 0))) } } },
      },
    });
  },
});
