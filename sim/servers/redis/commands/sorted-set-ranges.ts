import { arg, indexArgument, sliceBounds } from '../arguments.js';
import type { Command } from '../command.js';
import { command } from '../command.js';
import { refuse, SYNTAX_ERROR } from '../command-error.js';
import type { RedisSession } from '../redis-session.js';
import type { RespValue } from '../resp-value.js';
import type { ScoredMember } from '../values/sorted-set.js';
import { membersInRange, parseLexRange, parseScoreRange } from '../values/sorted-set-range.js';
import { showScored } from './sorted-sets.js';

interface RangeQuery {
  /** By rank when nothing is said. */
  by: 'score' | 'lex' | undefined;
  reverse: boolean;
  withScores: boolean;
  limit: { readonly offset: number; readonly count: number } | undefined;
}

/** ZRANGE with its options, and the older commands that each stand for one form of it. */
function zrange(fixed: Partial<RangeQuery>, isGeneral: boolean) {
  return (client: RedisSession, args: readonly string[]): RespValue => {
    const query: RangeQuery = { by: undefined, reverse: false, withScores: false, limit: undefined, ...fixed };
    parseOptions(args, query, isGeneral);
    // By score and by member, a reversed range is written from its upper end.
    const swapped = query.reverse && query.by !== undefined;
    const start = arg(args, swapped ? 3 : 2);
    const end = arg(args, swapped ? 2 : 3);
    const select = query.by === undefined ? byRank(start, end, query) : byRange(query.by, start, end, query);
    const found = select(client.db.sortedSet(arg(args, 1))?.value.inOrder() ?? []);
    return query.withScores ? showScored(client, found) : found.map(({ member }) => member);
  };
}

function parseOptions(args: readonly string[], query: RangeQuery, isGeneral: boolean): void {
  for (let i = 4; i < args.length; i += 1) {
    const option = arg(args, i).toUpperCase();
    if (option === 'WITHSCORES') query.withScores = true;
    else if (option === 'LIMIT' && i + 2 < args.length) {
      query.limit = { offset: indexArgument(arg(args, i + 1)), count: indexArgument(arg(args, i + 2)) };
      i += 2;
    } else if (isGeneral && option === 'REV' && !query.reverse) query.reverse = true;
    else if (isGeneral && option === 'BYSCORE' && query.by === undefined) query.by = 'score';
    else if (isGeneral && option === 'BYLEX' && query.by === undefined) query.by = 'lex';
    else refuse(SYNTAX_ERROR);
  }
  // A count of -1 is what Redis takes for no LIMIT at all.
  if (query.limit !== undefined && query.limit.count !== -1 && query.by === undefined) {
    refuse('ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX');
  }
  if (query.withScores && query.by === 'lex') refuse('ERR syntax error, WITHSCORES not supported in combination with BYLEX');
}

type Select = (inOrder: readonly ScoredMember[]) => readonly ScoredMember[];

function byRank(start: string, end: string, { reverse }: RangeQuery): Select {
  const from = indexArgument(start);
  const to = indexArgument(end);
  return (inOrder) => {
    const bounds = sliceBounds(from, to, inOrder.length);
    if (bounds === undefined) return [];
    return (reverse ? [...inOrder].reverse() : inOrder).slice(bounds.first, bounds.last + 1);
  };
}

function byRange(by: 'score' | 'lex', start: string, end: string, { reverse, limit }: RangeQuery): Select {
  const range = by === 'score' ? parseScoreRange(start, end) : parseLexRange(start, end);
  const { offset = 0, count = -1 } = limit ?? {};
  return (inOrder) => membersInRange(inOrder, range, { reverse, offset, count: count < 0 ? Infinity : count });
}

export const sortedSetRangeCommands: readonly Command[] = [
  command('zrange', -4, zrange({}, true)),
  command('zrevrange', -4, zrange({ reverse: true }, false)),
  command('zrangebyscore', -4, zrange({ by: 'score' }, false)),
  command('zrevrangebyscore', -4, zrange({ by: 'score', reverse: true }, false)),
  command('zrangebylex', -4, zrange({ by: 'lex' }, false)),
  command('zrevrangebylex', -4, zrange({ by: 'lex', reverse: true }, false)),
];
