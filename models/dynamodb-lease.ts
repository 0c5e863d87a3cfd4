import { atMostOne, defineFormalModel, system } from './checker/define-model.js';
import { choice, each, flag, type Id, ids, maybe, range } from './checker/shape.js';

/** A lease in one DynamoDB row, every write conditional: stolen by watching the version (rvn), or by a wall-clock expiry (wall). */
export const dynamodbLease = defineFormalModel({
  name: 'dynamodb-lease',
  describe:
    'A lease in one DynamoDB row. Watching the record version for a whole lease (rvn) needs no common clock; a wall-clock expiry (wall) is broken by any skew.',
  params: { C: range(1, 16), LD: range(1, 60), MODE: choice('rvn', 'wall'), SKEW: range(0, 60) },
  rows: [
    { params: { C: 2, LD: 2, MODE: 'rvn', SKEW: 0 }, holds: ['ValidMutex'], distinct: 93, depth: 12 },
    { params: { C: 2, LD: 2, MODE: 'wall', SKEW: 1 }, violated: { ValidMutex: 4 } },
  ],
  system({ C, LD, MODE, SKEW }) {
    const clients = ids(C);
    const rvn = MODE === 'rvn';
    type Row = { row: Id | 0; rem: number; dl: Record<Id, number>; same: Record<Id, boolean> };
    const written = (s: Row): void => {
      for (const d of clients) s.same[d] = false;
    };
    const put = (s: Row, c: Id): void => {
      s.row = c;
      s.rem = rvn ? 0 : LD;
      s.dl[c] = LD;
      written(s);
    };
    return system({
      state: {
        // Who is in the row (0: there is none), and the ticks until its wall-clock expiry on the owner's clock.
        row: maybe(clients),
        rem: range(0, LD),
        pc: each(clients, choice('idle', 'watch', 'own')),
        // The owner's own timer, from its last write.
        dl: each(clients, range(0, LD)),
        // Is the version that c remembers still the row's? And how long must c still wait?
        same: each(clients, flag),
        w: each(clients, range(0, LD)),
      },
      actions: {
        Create: { for: [clients], when: (s, c) => s.pc[c] === 'idle' && s.row === 0, then: (s, c) => void (put(s, c), (s.pc[c] = 'own')) },
        Read: {
          for: [clients],
          when: (s, c) => rvn && s.pc[c] === 'idle' && s.row !== 0,
          then(s, c) {
            s.pc[c] = 'watch';
            s.same[c] = true;
            s.w[c] = LD;
          },
        },
        Reread: {
          for: [clients],
          when: (s, c) => rvn && s.pc[c] === 'watch' && !s.same[c] && s.row !== 0,
          then(s, c) {
            s.same[c] = true;
            s.w[c] = LD;
          },
        },
        Leave: {
          for: [clients],
          when: (s, c) => rvn && s.pc[c] === 'watch' && s.row === 0,
          then(s, c) {
            s.pc[c] = 'idle';
            s.same[c] = false;
            s.w[c] = 0;
          },
        },
        Steal: {
          for: [clients],
          when: (s, c) => (rvn ? s.pc[c] === 'watch' && s.same[c] && s.w[c] === 0 : s.pc[c] === 'idle' && s.row !== 0 && s.row !== c && s.rem <= SKEW),
          then(s, c) {
            put(s, c);
            s.pc[c] = 'own';
            s.w[c] = 0;
          },
        },
        // The heartbeat.
        Beat: { for: [clients], when: (s, c) => s.pc[c] === 'own' && s.row === c && s.dl[c] > 0, then: put },
        // It stops believing; the row stays.
        Lose: { for: [clients], when: (s, c) => s.pc[c] === 'own' && s.dl[c] === 0, then: (s, c) => void (s.pc[c] = 'idle') },
        Release: {
          for: [clients],
          when: (s, c) => s.pc[c] === 'own' && s.row === c,
          then(s, c) {
            s.row = 0;
            s.rem = 0;
            s.pc[c] = 'idle';
            s.dl[c] = 0;
            written(s);
          },
        },
        Abort: { for: [clients], when: (s, c) => s.pc[c] === 'own' && s.row !== c, then: (s, c) => void ((s.pc[c] = 'idle'), (s.dl[c] = 0)) },
        Tick: {
          when: (s) => s.rem > 0 || clients.some((c) => s.dl[c] > 0 || s.w[c] > 0),
          then(s) {
            s.rem = Math.max(s.rem - 1, 0);
            for (const c of clients) {
              s.dl[c] = Math.max(s.dl[c] - 1, 0);
              s.w[c] = Math.max(s.w[c] - 1, 0);
            }
          },
        },
      },
      always: { ValidMutex: (s) => atMostOne(clients, (c) => s.pc[c] === 'own' && s.dl[c] > 0) },
      symmetry: [clients],
    });
  },
});
