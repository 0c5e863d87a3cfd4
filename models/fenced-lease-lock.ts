import { defineFormalModel, system } from './checker/define-model.js';
import { choice, each, flag, ids, maybe, range } from './checker/shape.js';

/** The lease lock, with fencing tokens that the resource checks; a write travels, and may be late. */
export const fencedLeaseLock = defineFormalModel({
  name: 'fenced-lease-lock',
  describe:
    'A lease lock with fencing tokens that the resource checks. Accepted tokens never go back; yet a late write is accepted while no newer token has reached the resource.',
  params: { C: range(1, 16), TTL: range(1, 60), K: range(0, 60), FENCED: flag },
  rows: [
    { params: { C: 2, TTL: 2, K: 3, FENCED: true }, holds: ['Monotone', 'TokenBound'], violated: { NoStale: 6 }, distinct: 2506, depth: 19 },
    { params: { C: 2, TTL: 2, K: 3, FENCED: false }, holds: ['TokenBound'], violated: { Monotone: 10 } },
  ],
  system({ C, TTL, K, FENCED }) {
    const clients = ids(C);
    return system({
      state: {
        owner: maybe(clients),
        left: range(0, TTL),
        // The last token that was granted.
        next: range(0, K),
        pc: each(clients, choice('idle', 'held', 'cs')),
        dl: each(clients, range(0, TTL)),
        // The client's token, and the token of its write in flight; 0 is none.
        tok: each(clients, range(0, K)),
        msg: each(clients, range(0, K)),
        // The largest token that the resource has accepted.
        hi: range(0, K),
        // History: no accepted write was older than hi; none came from anybody but the store's owner with its newest token.
        mono: flag,
        live: flag,
      },
      init: (s) => void (s.mono = s.live = true),
      actions: {
        Acquire: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'idle' && s.owner === 0 && s.next < K,
          then(s, c) {
            s.owner = c;
            s.left = TTL;
            s.next += 1;
            s.tok[c] = s.next;
            s.pc[c] = 'held';
            s.dl[c] = TTL;
          },
        },
        Enter: { for: [clients], when: (s, c) => s.pc[c] === 'held' && s.dl[c] > 0, then: (s, c) => void (s.pc[c] = 'cs') },
        GiveUp: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'held' && s.dl[c] === 0,
          then(s, c) {
            s.pc[c] = 'idle';
            s.tok[c] = 0;
          },
        },
        // It may have paused here: it does not look at its timer.
        Send: { for: [clients], when: (s, c) => s.pc[c] === 'cs' && s.msg[c] === 0, then: (s, c) => void (s.msg[c] = s.tok[c]) },
        Exit: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'cs',
          then(s, c) {
            s.pc[c] = 'idle';
            s.tok[c] = 0;
            s.dl[c] = 0;
            if (s.owner === c) {
              s.owner = 0;
              s.left = 0;
            }
          },
        },
        Deliver: {
          for: [clients],
          when: (s, c) => s.msg[c] !== 0,
          then(s, c) {
            const token = s.msg[c];
            s.msg[c] = 0;
            if (FENCED && token < s.hi) return;
            s.mono &&= token >= s.hi;
            s.live &&= s.owner === c && token === s.next;
            s.hi = Math.max(s.hi, token);
          },
        },
        Lose: { for: [clients], when: (s, c) => s.msg[c] !== 0, then: (s, c) => void (s.msg[c] = 0) },
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
        Monotone: (s) => s.mono,
        NoStale: (s) => s.live,
        TokenBound: (s) => s.hi <= s.next && clients.every((c) => s.tok[c] <= s.next),
      },
      symmetry: [clients],
      mutants: {
        'Acquire does not write down the token that it gives away': {
          breaks: 'TokenBound',
          actions: {
            Acquire: {
              then(s, c) {
                s.owner = c;
                s.left = TTL;
                s.tok[c] = s.next + 1;
                s.pc[c] = 'held';
                s.dl[c] = TTL;
              },
            },
          },
        },
      },
    });
  },
});
