import { atMostOne, defineFormalModel, system } from './checker/define-model.js';
import { choice, each, flag, ids, maybe, range } from './checker/shape.js';

/** A lease lock in one store with a TTL. What clients believe is checked, and what they may still believe by their own timer. */
export const leaseLock = defineFormalModel({
  name: 'lease-lock',
  describe: 'A lease lock in one store with a TTL. A client that may pause inside its critical section is not alone there; its timer still tells the truth.',
  params: { C: range(1, 16), TTL: range(1, 60), PAUSES: flag },
  rows: [
    { params: { C: 2, TTL: 2, PAUSES: true }, violated: { BeliefMutex: 7 }, holds: ['ValidMutex'] },
    { params: { C: 2, TTL: 2, PAUSES: false }, holds: ['BeliefMutex', 'ValidMutex'], distinct: 20, depth: 7 },
  ],
  system({ C, TTL, PAUSES }) {
    const clients = ids(C);
    return system({
      state: {
        // Who is in the store's key (0: it is absent), and how many ticks the key has left.
        owner: maybe(clients),
        left: range(0, TTL),
        // What each client does, and the ticks left on its own timer, which starts with the grant.
        pc: each(clients, choice('idle', 'held', 'cs')),
        dl: each(clients, range(0, TTL)),
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
        // Check, then act.
        Enter: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'held' && s.dl[c] > 0,
          then(s, c) {
            s.pc[c] = 'cs';
          },
        },
        GiveUp: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'held' && s.dl[c] === 0,
          then(s, c) {
            s.pc[c] = 'idle';
          },
        },
        // Compare and delete.
        Exit: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'cs',
          then(s, c) {
            s.pc[c] = 'idle';
            s.dl[c] = 0;
            if (s.owner === c) {
              s.owner = 0;
              s.left = 0;
            }
          },
        },
        // A client that never pauses leaves before its timer is over.
        Tick: {
          when: (s) => (s.left > 0 || clients.some((c) => s.dl[c] > 0)) && (PAUSES || !clients.some((c) => s.pc[c] === 'cs' && s.dl[c] <= 1)),
          then(s) {
            if (s.left <= 1) s.owner = 0;
            s.left = Math.max(s.left - 1, 0);
            for (const c of clients) s.dl[c] = Math.max(s.dl[c] - 1, 0);
          },
        },
      },
      always: {
        BeliefMutex: (s) => atMostOne(clients, (c) => s.pc[c] === 'cs'),
        ValidMutex: (s) => atMostOne(clients, (c) => s.pc[c] === 'cs' && s.dl[c] > 0),
      },
      symmetry: [clients],
      mutants: {
        'Exit deletes whatever key is there': {
          breaks: 'ValidMutex',
          actions: {
            Exit: {
              then(s, c) {
                s.pc[c] = 'idle';
                s.dl[c] = 0;
                s.owner = 0;
                s.left = 0;
              },
            },
          },
        },
      },
    });
  },
});
