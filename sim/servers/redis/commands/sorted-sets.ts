import { arg, doubleArgument, indexArgument, sliceBounds } from '../arguments.js';
import type { Command } from '../command.js';
import { command } from '../command.js';
import { refuse, SYNTAX_ERROR } from '../command-error.js';
import type { RedisSession } from '../redis-session.js';
import type { RespValue } from '../resp-value.js';
import { formatDouble } from '../values/double.js';
import { newSortedSet } from '../values/entry.js';
import type { ScoredMember } from '../values/sorted-set.js';
import { membersInRange, parseScoreRange } from '../values/sorted-set-range.js';

interface AddOptions {
  nx: boolean;
  xx: boolean;
  gt: boolean;
  lt: boolean;
  changed: boolean;
  increment: boolean;
}

const ADD_OPTIONS: Readonly<Record<string, keyof AddOptions>> = { NX: 'nx', XX: 'xx', GT: 'gt', LT: 'lt', CH: 'changed', INCR: 'increment' };

function zadd(client: RedisSession, args: readonly string[]): RespValue {
  const options: AddOptions = { nx: false, xx: false, gt: false, lt: false, changed: false, increment: false };
  let first = 2;
  for (; first < args.length; first += 1) {
    const option = ADD_OPTIONS[arg(args, first).toUpperCase()];
    if (option === undefined) break;
    options[option] = true;
  }
  const pairs = args.slice(first);
  if (pairs.length === 0 || pairs.length % 2 !== 0) refuse(SYNTAX_ERROR);
  if (options.nx && options.xx) refuse('ERR XX and NX options at the same time are not compatible');
  if ((options.gt && options.nx) || (options.lt && options.nx) || (options.gt && options.lt)) {
    refuse('ERR GT, LT, and/or NX options at the same time are not compatible');
  }
  if (options.increment && pairs.length > 2) refuse('ERR INCR option supports a single increment-element pair');
  return add(client, arg(args, 1), pairs, options);
}

function zincrby(client: RedisSession, args: readonly string[]): RespValue {
  const options: AddOptions = { nx: false, xx: false, gt: false, lt: false, changed: false, increment: true };
  return add(client, arg(args, 1), args.slice(2), options);
}

/** Adds score-member pairs. All scores are read before anything is changed. */
function add(client: RedisSession, key: string, pairs: readonly string[], options: AddOptions): RespValue {
  const scores: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) scores.push(doubleArgument(arg(pairs, i)));
  let entry = client.db.sortedSet(key);
  if (entry === undefined) {
    if (options.xx) return options.increment ? null : 0;
    client.db.put(key, (entry = newSortedSet()));
  }
  const zset = entry.value;
  let added = 0;
  let updated = 0;
  let result: number | undefined;
  for (const [i, given] of scores.entries()) {
    const member = arg(pairs, 2 * i + 1);
    const old = zset.score(member);
    if (old === undefined) {
      if (options.xx) continue;
      zset.set(member, given);
      added += 1;
      result = given;
      continue;
    }
    if (options.nx) continue;
    const score = options.increment ? old + given : given;
    if (Number.isNaN(score)) refuse('ERR resulting score is not a number (NaN)');
    if ((options.gt && score <= old) || (options.lt && score >= old)) continue;
    result = score;
    if (score === old) continue;
    zset.set(member, score);
    updated += 1;
  }
  if (added + updated > 0) client.db.changed(key);
  if (zset.size === 0) client.db.remove(key);
  if (options.increment) return result === undefined ? null : showScore(client, result);
  return options.changed ? added + updated : added;
}

function showScore(client: RedisSession, score: number): RespValue {
  return client.protocol === 3 ? { double: score } : formatDouble(score);
}

/** Members with their scores: a flat array in RESP2, pairs in RESP3. */
function showScored(client: RedisSession, members: readonly ScoredMember[]): RespValue {
  if (client.protocol === 3) return members.map(({ member, score }) => [member, { double: score }]);
  return members.flatMap(({ member, score }) => [member, formatDouble(score)]);
}

function zrem(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const zset = client.db.sortedSet(key)?.value;
  if (zset === undefined) return 0;
  let removed = 0;
  for (let i = 2; i < args.length; i += 1) if (zset.delete(arg(args, i))) removed += 1;
  if (removed > 0) client.db.shrunk(key, zset.size);
  return removed;
}

function zscore(client: RedisSession, args: readonly string[]): RespValue {
  const score = client.db.sortedSet(arg(args, 1))?.value.score(arg(args, 2));
  return score === undefined ? null : showScore(client, score);
}

function zmscore(client: RedisSession, args: readonly string[]): RespValue {
  const zset = client.db.sortedSet(arg(args, 1))?.value;
  return args.slice(2).map((member) => {
    const score = zset?.score(member);
    return score === undefined ? null : showScore(client, score);
  });
}

function zcount(client: RedisSession, args: readonly string[]): RespValue {
  const range = parseScoreRange(arg(args, 2), arg(args, 3));
  return membersInRange(client.db.sortedSet(arg(args, 1))?.value.inOrder() ?? [], range).length;
}

function zrank(reverse: boolean) {
  return (client: RedisSession, args: readonly string[]): RespValue => {
    const zset = client.db.sortedSet(arg(args, 1))?.value;
    const rank = zset?.rank(arg(args, 2));
    if (zset === undefined || rank === undefined) return null;
    return reverse ? zset.size - 1 - rank : rank;
  };
}

function zremrangebyscore(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const range = parseScoreRange(arg(args, 2), arg(args, 3));
  const zset = client.db.sortedSet(key)?.value;
  if (zset === undefined) return 0;
  const removed = membersInRange(zset.inOrder(), range);
  for (const { member } of removed) zset.delete(member);
  if (removed.length > 0) client.db.shrunk(key, zset.size);
  return removed.length;
}

function zremrangebyrank(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const start = indexArgument(arg(args, 2));
  const end = indexArgument(arg(args, 3));
  const zset = client.db.sortedSet(key)?.value;
  const bounds = zset === undefined ? undefined : sliceBounds(start, end, zset.size);
  if (zset === undefined || bounds === undefined) return 0;
  const removed = zset.removeRange(bounds.first, bounds.last - bounds.first + 1);
  client.db.shrunk(key, zset.size);
  return removed.length;
}

function zpop(from: 'min' | 'max') {
  return (client: RedisSession, args: readonly string[]): RespValue => {
    const key = arg(args, 1);
    if (args.length > 3) refuse(SYNTAX_ERROR);
    const count = args.length === 3 ? indexArgument(arg(args, 2), 'ERR value is out of range, must be positive') : 1;
    if (count < 0) refuse('ERR value is out of range, must be positive');
    const zset = client.db.sortedSet(key)?.value;
    if (zset === undefined || count === 0) return [];
    const wanted = Math.min(count, zset.size);
    const taken = from === 'min' ? zset.removeRange(0, wanted) : zset.removeRange(zset.size - wanted, wanted).reverse();
    client.db.shrunk(key, zset.size);
    client.engine.logAs(['ZREM', key, ...taken.map(({ member }) => member)]);
    const [only] = taken;
    if (client.protocol === 3 && args.length === 2 && only !== undefined) return [only.member, { double: only.score }];
    return showScored(client, taken);
  };
}

export { showScored };

export const sortedSetCommands: readonly Command[] = [
  command('zadd', -4, zadd, 'write'),
  command('zincrby', 4, zincrby, 'write'),
  command('zrem', -3, zrem, 'write'),
  command('zscore', 3, zscore),
  command('zmscore', -3, zmscore),
  command('zcard', 2, (client, args) => client.db.sortedSet(arg(args, 1))?.value.size ?? 0),
  command('zcount', 4, zcount),
  command('zrank', 3, zrank(false)),
  command('zrevrank', 3, zrank(true)),
  command('zremrangebyscore', 4, zremrangebyscore, 'write'),
  command('zremrangebyrank', 4, zremrangebyrank, 'write'),
  command('zpopmin', -2, zpop('min'), 'write'),
  command('zpopmax', -2, zpop('max'), 'write'),
];
