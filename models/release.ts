import { atMostOne, defineFormalModel, system } from './checker/define-model.js';
import { choice, each, flag, ids, maybe, range } from './checker/shape.js';

/** How a lock is released: by one atomic compare-and-delete, or by GET, a comparison, and then DEL. */
export const release = defineFormalModel({
  name: 'release',
  describe:
    "Releasing a lock by one atomic compare-and-delete (cad), or by GET, a comparison and then DEL (getdel), which deletes what has become another client's key.",
  params: { C: range(1, 16), TTL: range(1, 60), MODE: choice('cad', 'getdel') },
  rows: [
    { params: { C: 2, TTL: 2, MODE: 'cad' }, holds: ['NoForeignDelete', 'ValidMutex'], distinct: 12, depth: 7 },
    { params: { C: 2, TTL: 2, MODE: 'getdel' }, violated: { NoForeignDelete: 7, ValidMutex: null } },
  ],
  system({ C, TTL, MODE }) {
    const clients = ids(C);
    return system({
      state: {
        // Whose id is in the key (0: it is absent), and for how many more ticks.
        owner: maybe(clients),
        left: range(0, TTL),
        pc: each(clients, choice('idle', 'held', 'del')),
        // The client's own timer.
        dl: each(clients, range(0, TTL)),
        // History: some client deleted a key that it did not own.
        foreign: flag,
      },
      actions: {
        Acquire: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'idle' && s.owner === 0,
          then(s, c) {
            s.owner = c;
            s.left = TTL;
            s.pc[c] = 'held';
            s.dl[c] = TTL;
          },
        },
        Cad: {
          for: [clients],
          when: (s, c) => MODE === 'cad' && s.pc[c] === 'held',
          then(s, c) {
            s.pc[c] = 'idle';
            s.dl[c] = 0;
            if (s.owner === c) {
              s.owner = 0;
              s.left = 0;
            }
          },
        },
        // It stops believing before it asks.
        Get: {
          for: [clients],
          when: (s, c) => MODE === 'getdel' && s.pc[c] === 'held',
          then(s, c) {
            s.dl[c] = 0;
            s.pc[c] = s.owner === c ? 'del' : 'idle';
          },
        },
        Del: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'del',
          then(s, c) {
            s.foreign ||= s.owner !== 0 && s.owner !== c;
            s.pc[c] = 'idle';
            s.owner = 0;
            s.left = 0;
          },
        },
        Tick: {
          when: (s) => s.left > 0 || clients.some((c) => s.dl[c] > 0),
          then(s) {
            if (s.left <= 1) s.owner = 0;
            s.left = Math.max(s.left - 1, 0);
            for (const c of clients) s.dl[c] = Math.max(s.dl[c] - 1, 0);
          },
        },
      },
      always: {
        NoForeignDelete: (s) => !s.foreign,
        ValidMutex: (s) => atMostOne(clients, (c) => s.pc[c] === 'held' && s.dl[c] > 0),
      },
      symmetry: [clients],
    });
  },
});
