import { count, defineFormalModel, system } from './checker/define-model.js';
import { choice, each, flag, type Id, ids, maybe, range } from './checker/shape.js';

/** Raft's election: terms, votes, one leader a term. Votes must outlive a restart. */
export const raftElection = defineFormalModel({
  name: 'raft-election',
  describe: "Raft's election of leaders. There is one leader a term, because each server has one vote a term, and because it remembers it over a restart.",
  params: { N: range(1, 8), T: range(1, 15), RESTARTS: range(0, 15), DURABLE: flag },
  rows: [
    { params: { N: 3, T: 2, RESTARTS: 1, DURABLE: true }, holds: ['OneLeaderATerm', 'ElectedByMajority'] },
    { params: { N: 3, T: 1, RESTARTS: 1, DURABLE: false }, violated: { OneLeaderATerm: 8 } },
  ],
  system({ N, T, RESTARTS, DURABLE }) {
    const servers = ids(N);
    const terms = ids(T);
    const quorum = Math.floor(N / 2) + 1;
    type Votes = { votes: Record<Id, Record<Id, boolean>>; role: Record<Id, string> };
    const follow = (s: Votes, c: Id): void => {
      s.role[c] = 'follower';
      for (const v of servers) s.votes[c][v] = false;
    };
    return system({
      state: {
        term: each(servers, range(0, T)),
        // Whom it voted for in its term; 0 is nobody.
        voted: each(servers, maybe(servers)),
        role: each(servers, choice('follower', 'candidate', 'leader')),
        // votes[c][v]: c knows that v voted for it in c's term.
        votes: each(servers, each(servers, flag)),
        restarts: range(0, RESTARTS),
        // History: the first leader of each term, and whether another one came after it.
        first: each(terms, maybe(servers)),
        second: flag,
      },
      init: (s) => void (s.restarts = RESTARTS),
      actions: {
        // It has heard of no leader for too long: it stands for election, and votes for itself.
        Timeout: {
          for: [servers],
          when: (s, c) => s.role[c] !== 'leader' && s.term[c] < T,
          then(s, c) {
            follow(s, c);
            s.term[c] += 1;
            s.voted[c] = c;
            s.role[c] = 'candidate';
            s.votes[c][c] = true;
          },
        },
        // v gets c's request, and has not voted for anybody else in this term. The answer arrives.
        Vote: {
          for: [servers, servers],
          when: (s, c, v) =>
            c !== v && s.role[c] === 'candidate' && (s.term[v] < s.term[c] || (s.term[v] === s.term[c] && (s.voted[v] === 0 || s.voted[v] === c))),
          then(s, c, v) {
            if (s.term[v] < s.term[c]) follow(s, v);
            s.term[v] = s.term[c];
            s.voted[v] = c;
            s.votes[c][v] = true;
          },
        },
        // The same, but the answer is lost.
        VoteUnheard: {
          for: [servers, servers],
          when: (s, c, v) => c !== v && s.role[c] === 'candidate' && (s.term[v] < s.term[c] || (s.term[v] === s.term[c] && s.voted[v] === 0)),
          then(s, c, v) {
            if (s.term[v] < s.term[c]) follow(s, v);
            s.term[v] = s.term[c];
            s.voted[v] = c;
          },
        },
        Win: {
          for: [servers],
          when: (s, c) => s.role[c] === 'candidate' && count(servers, (v) => s.votes[c][v]) >= quorum,
          then(s, c) {
            s.role[c] = 'leader';
            const term = s.term[c] as Id;
            if (s.first[term] === 0) s.first[term] = c;
            else if (s.first[term] !== c) s.second = true;
          },
        },
        // It hears of a later term.
        StepDown: {
          for: [servers, servers],
          when: (s, c, d) => s.term[d] > s.term[c],
          then(s, c, d) {
            follow(s, c);
            s.term[c] = s.term[d];
            s.voted[c] = 0;
          },
        },
        Restart: {
          for: [servers],
          when: (s) => s.restarts > 0,
          then(s, c) {
            s.restarts -= 1;
            follow(s, c);
            if (!DURABLE) s.voted[c] = 0;
          },
        },
      },
      always: {
        OneLeaderATerm: (s) => !s.second,
        ElectedByMajority: (s) => servers.every((c) => s.role[c] !== 'leader' || count(servers, (v) => s.votes[c][v]) >= quorum),
      },
      symmetry: [servers],
      mutants: {
        'one vote is enough': { breaks: 'ElectedByMajority', actions: { Win: { when: (s, c) => s.role[c] === 'candidate' } } },
        'a server votes as often as it is asked': {
          breaks: 'OneLeaderATerm',
          actions: { Vote: { when: (s, c, v) => c !== v && s.role[c] === 'candidate' && s.term[v] <= s.term[c] } },
        },
      },
    });
  },
});
