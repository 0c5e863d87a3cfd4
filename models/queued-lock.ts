import { atMostOne, defineFormalModel, system, weak } from './checker/define-model.js';
import { choice, each, flag, type Id, ids, maybe, range } from './checker/shape.js';

/** A lock with a queue in the store: first come, first served. A waiter may die in the queue; a sweeper takes the dead out, or all wait for ever. */
export const queuedLock = defineFormalModel({
  name: 'queued-lock',
  describe: 'A lock with a first-in, first-out queue. Waiters die in the queue: unless the dead are swept out, everybody behind them waits for ever.',
  params: { C: range(1, 8), CRASHES: range(0, 16), SWEEP: flag },
  rows: [
    { params: { C: 3, CRASHES: 1, SWEEP: true }, holds: ['Mutex', 'Fifo', 'Served'] },
    { params: { C: 3, CRASHES: 1, SWEEP: false }, holds: ['Mutex', 'Fifo'], violated: { Served: null } },
  ],
  system({ C, CRASHES, SWEEP }) {
    const clients = ids(C);
    const places = ids(C);
    type Queue = { queue: Record<Id, Id | 0>; length: number };
    const take = (s: Queue, place: number): void => {
      for (const p of places) if (p >= place) s.queue[p] = p < C ? s.queue[(p + 1) as Id] : 0;
      s.length -= 1;
    };
    const placeOf = (s: Readonly<Queue>, c: Id): number => places.find((p) => s.queue[p] === c) ?? 0;
    return system({
      state: {
        // Who waits, the first in front; the holder stays in front until it is done.
        queue: each(places, maybe(clients)),
        length: range(0, C),
        pc: each(clients, choice('idle', 'waiting', 'cs', 'dead')),
        crashes: range(0, CRASHES),
        // History: somebody got in before one who came earlier and was still alive.
        overtook: flag,
      },
      init: (s) => void (s.crashes = CRASHES),
      actions: {
        Join: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'idle',
          then(s, c) {
            s.length += 1;
            s.queue[s.length as Id] = c;
            s.pc[c] = 'waiting';
          },
        },
        Enter: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'waiting' && s.queue[1] === c,
          then(s, c) {
            s.pc[c] = 'cs';
            s.overtook ||= places.some((p) => p < placeOf(s, c) && s.queue[p] !== 0 && s.pc[s.queue[p]] === 'waiting');
          },
          fair: weak(),
        },
        Leave: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'cs',
          then(s, c) {
            take(s, placeOf(s, c));
            s.pc[c] = 'idle';
          },
          fair: weak(),
        },
        // Waiting or inside; its place in the queue stays.
        Die: {
          for: [clients],
          when: (s, c) => s.crashes > 0 && (s.pc[c] === 'waiting' || s.pc[c] === 'cs'),
          then(s, c) {
            s.crashes -= 1;
            s.pc[c] = 'dead';
          },
        },
        // The sweeper, by the dead one's expired lease.
        Sweep: { for: [clients], when: (s, c) => SWEEP && s.pc[c] === 'dead' && placeOf(s, c) > 0, then: (s, c) => take(s, placeOf(s, c)), fair: weak() },
      },
      always: {
        Mutex: (s) => atMostOne(clients, (c) => s.pc[c] === 'cs'),
        Fifo: (s) => !s.overtook,
      },
      leadsTo: { Served: { for: [clients], from: (s, c) => s.pc[c] === 'waiting', to: (s, c) => s.pc[c] === 'cs' || s.pc[c] === 'dead' } },
      mutants: {
        'the second may enter when the first has not yet': {
          breaks: 'Fifo',
          actions: { Enter: { when: (s, c) => s.pc[c] === 'waiting' && (s.queue[1] === c || (s.length > 1 && s.queue[2] === c)) } },
        },
        'a waiter enters wherever it stands': { breaks: 'Mutex', actions: { Enter: { when: (s, c) => s.pc[c] === 'waiting' } } },
      },
    });
  },
});
