import { count, defineFormalModel, system } from './checker/define-model.js';
import { choice, each, flag, type Id, ids, range } from './checker/shape.js';

/** Raft's log: who may be elected, how logs become alike, and when an entry is committed. An entry is known by the term it is from. */
export const raftLog = defineFormalModel({
  name: 'raft-log',
  describe:
    "Raft's replicated log of three servers. What is committed stays, if only up-to-date servers are elected and a leader counts copies of entries of its own term only.",
  params: { T: range(1, 8), L: range(1, 4), UP_TO_DATE: flag, OWN_TERM: flag },
  rows: [
    { params: { T: 3, L: 2, UP_TO_DATE: true, OWN_TERM: true }, holds: ['CommittedStays', 'LogMatching', 'LeaderComplete'] },
    { params: { T: 4, L: 1, UP_TO_DATE: true, OWN_TERM: true }, holds: ['CommittedStays', 'LogMatching', 'LeaderComplete'] },
    { params: { T: 2, L: 1, UP_TO_DATE: false, OWN_TERM: true }, violated: { LeaderComplete: null, CommittedStays: null } },
    { params: { T: 4, L: 1, UP_TO_DATE: true, OWN_TERM: false }, violated: { CommittedStays: null, LeaderComplete: null } },
  ],
  system({ T, L, UP_TO_DATE, OWN_TERM }) {
    const servers = ids(3);
    const places = ids(L);
    type Log = Readonly<Record<Id, number>>;
    const length = (log: Log): number => count(places, (k) => log[k] !== 0);
    const lastTerm = (log: Log): number => (length(log) === 0 ? 0 : log[length(log) as Id]);
    const isNewer = (one: Log, other: Log): boolean => lastTerm(one) > lastTerm(other) || (lastTerm(one) === lastTerm(other) && length(one) > length(other));
    const isAlike = (one: Log, other: Log, upTo: Id): boolean => places.every((k) => k > upTo || one[k] === other[k]);
    /** The first place where the follower's log is not the leader's; 0 if it has all. */
    const firstMissing = (leader: Log, follower: Log): Id | 0 => places.find((k) => leader[k] !== 0 && leader[k] !== follower[k]) ?? 0;
    return system({
      state: {
        term: each(servers, range(0, T)),
        role: each(servers, choice('follower', 'leader')),
        // log[s][k]: the term of the entry at place k; 0 is none.
        log: each(servers, each(places, range(0, T))),
        // History: what was committed at each place, and whether something else ever was.
        committed: each(places, range(0, T)),
        changed: flag,
      },
      actions: {
        // c is elected in a new term by itself and v (two of three). Servers that did not vote may not know of it.
        Elect: {
          for: [servers, servers],
          when: (s, c, v) => c !== v && Math.max(s.term[c], s.term[v]) < T && !(UP_TO_DATE && isNewer(s.log[v], s.log[c])),
          then(s, c, v) {
            // Terms of others are never led again by their leaders: a new one is larger than all that led.
            const term = Math.max(...servers.map((d) => s.term[d])) + 1;
            if (term > T) return;
            s.term[c] = s.term[v] = term;
            s.role[c] = 'leader';
            s.role[v] = 'follower';
          },
        },
        Append: {
          for: [servers],
          when: (s, c) => s.role[c] === 'leader' && length(s.log[c]) < L,
          then: (s, c) => void (s.log[c][(length(s.log[c]) + 1) as Id] = s.term[c]),
        },
        // One entry; what contradicts it goes, with all that follows.
        Replicate: {
          for: [servers, servers],
          when: (s, c, v) => c !== v && s.role[c] === 'leader' && s.term[v] <= s.term[c] && firstMissing(s.log[c], s.log[v]) !== 0,
          then(s, c, v) {
            const place = firstMissing(s.log[c], s.log[v]);
            s.term[v] = s.term[c];
            s.role[v] = 'follower';
            for (const k of places)
              if (k === place) s.log[v][k] = s.log[c][k];
              else if (k > place) s.log[v][k] = 0;
          },
        },
        Commit: {
          for: [servers, places],
          when: (s, c, k) =>
            s.role[c] === 'leader' &&
            s.log[c][k] !== 0 &&
            s.committed[k] !== s.log[c][k] &&
            (!OWN_TERM || s.log[c][k] === s.term[c]) &&
            count(servers, (v) => isAlike(s.log[v], s.log[c], k)) >= 2,
          then(s, c, k) {
            for (const j of places) {
              if (j > k) continue;
              s.changed ||= s.committed[j] !== 0 && s.committed[j] !== s.log[c][j];
              s.committed[j] = s.log[c][j];
            }
          },
        },
      },
      always: {
        CommittedStays: (s) => !s.changed,
        // Who leads in the latest term has all that was committed.
        LeaderComplete: (s) =>
          servers.every(
            (c) =>
              s.role[c] !== 'leader' ||
              servers.some((d) => s.term[d] > s.term[c]) ||
              places.every((k) => s.committed[k] === 0 || s.log[c][k] === s.committed[k]),
          ),
        LogMatching: (s) =>
          servers.every((c) => servers.every((d) => places.every((k) => s.log[c][k] === 0 || s.log[c][k] !== s.log[d][k] || isAlike(s.log[c], s.log[d], k)))),
      },
      symmetry: [servers],
      mutants: {
        'a follower takes the last entry without those before': {
          breaks: 'LogMatching',
          actions: {
            Replicate: { then: (s, c, v) => void ((s.term[v] = s.term[c]), (s.role[v] = 'follower'), (s.log[v][length(s.log[c]) as Id] = lastTerm(s.log[c]))) },
          },
        },
      },
    });
  },
});
