import { count, defineFormalModel, strong, system, weak } from './checker/define-model.js';
import { choice, each, type Id, ids, flag, maybe, range } from './checker/shape.js';

/** Processes in a ring, each of which needs its own lock and the next one's: philosophers, forks, and an order of locks. */
export const twoLocks = defineFormalModel({
  name: 'two-locks',
  describe:
    'Processes in a ring, each of which needs two locks. In a fixed order there is no deadlock; whether everybody comes to eat also depends on how fair the locks are.',
  params: { N: range(2, 16), FAIRNESS: choice('WF', 'SF'), ORDERED: flag },
  rows: [
    { params: { N: 2, FAIRNESS: 'WF', ORDERED: false }, violated: { NoDeadlock: 3 }, holds: ['Mutex'] },
    { params: { N: 2, FAIRNESS: 'WF', ORDERED: true }, holds: ['Mutex', 'NoDeadlock', 'Progress'], violated: { Starve0: null }, distinct: 5, depth: 3 },
    { params: { N: 3, FAIRNESS: 'WF', ORDERED: true }, holds: ['Mutex', 'NoDeadlock'], violated: { Progress: null, Starve0: null } },
    { params: { N: 3, FAIRNESS: 'SF', ORDERED: true }, holds: ['Mutex', 'NoDeadlock', 'Progress', 'Starve0'] },
  ],
  system({ N, FAIRNESS, ORDERED }) {
    const processes = ids(N);
    const next = (p: Id): Id => ((p % N) + 1) as Id;
    const first = (p: Id): Id => (ORDERED && next(p) < p ? next(p) : p);
    const second = (p: Id): Id => (first(p) === p ? next(p) : p);
    /** Does p count this lock as its own? */
    const has = (pc: string, p: Id, lock: Id): boolean => (pc !== 'none' && lock === first(p)) || (pc === 'both' && lock === second(p));
    const fairness = FAIRNESS === 'SF' ? strong() : weak();
    return system({
      state: {
        own: each(processes, maybe(processes)),
        pc: each(processes, choice('none', 'one', 'both')),
      },
      actions: {
        Take1: {
          for: [processes],
          when: (s, p) => s.pc[p] === 'none' && s.own[first(p)] === 0,
          then: (s, p) => void ((s.own[first(p)] = p), (s.pc[p] = 'one')),
          fair: fairness,
        },
        Take2: {
          for: [processes],
          when: (s, p) => s.pc[p] === 'one' && s.own[second(p)] === 0,
          then: (s, p) => void ((s.own[second(p)] = p), (s.pc[p] = 'both')),
          fair: fairness,
        },
        Release: {
          for: [processes],
          when: (s, p) => s.pc[p] === 'both',
          then: (s, p) => void ((s.own[first(p)] = 0), (s.own[second(p)] = 0), (s.pc[p] = 'none')),
          fair: weak(),
        },
      },
      always: { Mutex: (s) => processes.every((lock) => count(processes, (p) => has(s.pc[p], p, lock)) <= 1) },
      deadlockFree: 'NoDeadlock',
      leadsTo: {
        Progress: { for: [processes], from: (s, p) => s.pc[p] === 'one', to: (s, p) => s.pc[p] === 'both' },
        Starve0: { for: [processes], from: (s, p) => s.pc[p] === 'none', to: (s, p) => s.pc[p] === 'both' },
      },
      mutants: {
        'Take2 takes the second lock, free or not': { breaks: 'Mutex', actions: { Take2: { when: (s, p) => s.pc[p] === 'one' } } },
      },
    });
  },
});
