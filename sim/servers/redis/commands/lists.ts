import { arg, indexArgument, sliceBounds } from '../arguments.js';
import type { Command } from '../command.js';
import { command } from '../command.js';
import { NO_SUCH_KEY, refuse, SYNTAX_ERROR } from '../command-error.js';
import type { RedisSession } from '../redis-session.js';
import type { RespValue } from '../resp-value.js';
import { NULL_ARRAY, OK } from '../resp-value.js';
import { newList } from '../values/entry.js';

type End = 'left' | 'right';

function push(end: End, onlyExisting: boolean) {
  return (client: RedisSession, args: readonly string[]): RespValue => {
    const key = arg(args, 1);
    let entry = client.db.list(key);
    if (entry === undefined) {
      if (onlyExisting) return 0;
      client.db.put(key, (entry = newList()));
    }
    const items = args.slice(2);
    if (end === 'left') entry.value.unshift(...items.reverse());
    else entry.value.push(...items);
    client.db.changed(key);
    return entry.value.length;
  };
}

function pop(end: End) {
  return (client: RedisSession, args: readonly string[]): RespValue => {
    const key = arg(args, 1);
    if (args.length > 3) refuse(`ERR wrong number of arguments for '${arg(args, 0).toLowerCase()}' command`);
    const count = args.length === 3 ? countArgument(arg(args, 2)) : undefined;
    const list = client.db.list(key)?.value;
    if (list === undefined) return count === undefined ? null : NULL_ARRAY;
    const wanted = Math.min(count ?? 1, list.length);
    if (wanted === 0) return [];
    const taken = end === 'left' ? list.splice(0, wanted) : list.splice(list.length - wanted).reverse();
    client.db.shrunk(key, list.length);
    return count === undefined ? (taken[0] ?? null) : taken;
  };
}

function countArgument(text: string): number {
  const count = indexArgument(text, 'ERR value is out of range, must be positive');
  if (count < 0) refuse('ERR value is out of range, must be positive');
  return count;
}

function lrange(client: RedisSession, args: readonly string[]): RespValue {
  const start = indexArgument(arg(args, 2));
  const end = indexArgument(arg(args, 3));
  const list = client.db.list(arg(args, 1))?.value ?? [];
  const bounds = sliceBounds(start, end, list.length);
  return bounds === undefined ? [] : list.slice(bounds.first, bounds.last + 1);
}

function lindex(client: RedisSession, args: readonly string[]): RespValue {
  const list = client.db.list(arg(args, 1))?.value;
  if (list === undefined) return null;
  return list.at(indexArgument(arg(args, 2))) ?? null;
}

function lset(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  if (client.db.find(key) === undefined) refuse(NO_SUCH_KEY);
  const list = client.db.list(key)?.value ?? [];
  const index = indexArgument(arg(args, 2));
  const position = index < 0 ? list.length + index : index;
  if (position < 0 || position >= list.length) refuse('ERR index out of range');
  list[position] = arg(args, 3);
  client.db.changed(key);
  return OK;
}

function lrem(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const count = indexArgument(arg(args, 2));
  const wanted = arg(args, 3);
  const list = client.db.list(key)?.value;
  if (list === undefined) return 0;
  let removed = 0;
  const limit = count === 0 ? Infinity : Math.abs(count);
  const backwards = count < 0;
  for (let i = backwards ? list.length - 1 : 0; backwards ? i >= 0 : i < list.length; i += backwards ? -1 : 1) {
    if (list[i] !== wanted || removed >= limit) continue;
    list.splice(i, 1);
    removed += 1;
    if (!backwards) i -= 1;
  }
  if (removed > 0) client.db.shrunk(key, list.length);
  return removed;
}

function ltrim(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const start = indexArgument(arg(args, 2));
  const end = indexArgument(arg(args, 3));
  const list = client.db.list(key)?.value;
  if (list === undefined) return OK;
  const bounds = sliceBounds(start, end, list.length);
  if (bounds === undefined) list.length = 0;
  else {
    list.splice(bounds.last + 1);
    list.splice(0, bounds.first);
  }
  client.db.shrunk(key, list.length);
  return OK;
}

function linsert(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const where = arg(args, 2).toUpperCase();
  if (where !== 'BEFORE' && where !== 'AFTER') refuse(SYNTAX_ERROR);
  const list = client.db.list(key)?.value;
  if (list === undefined) return 0;
  const position = list.indexOf(arg(args, 3));
  if (position < 0) return -1;
  list.splice(where === 'BEFORE' ? position : position + 1, 0, arg(args, 4));
  client.db.changed(key);
  return list.length;
}

function lpos(client: RedisSession, args: readonly string[]): RespValue {
  const wanted = arg(args, 2);
  let rank = 1;
  let count: number | undefined;
  let limit = 0;
  for (let i = 3; i < args.length; i += 2) {
    const option = arg(args, i).toUpperCase();
    const value = args[i + 1] ?? refuse(SYNTAX_ERROR);
    if (option === 'RANK') rank = rankArgument(value);
    else if (option === 'COUNT') count = notNegative(value, 'COUNT');
    else if (option === 'MAXLEN') limit = notNegative(value, 'MAXLEN');
    else refuse(SYNTAX_ERROR);
  }
  const list = client.db.list(arg(args, 1))?.value;
  if (list === undefined) return count === undefined ? null : [];
  const found: number[] = [];
  let toSkip = Math.abs(rank) - 1;
  const enough = count === undefined ? 1 : count === 0 ? Infinity : count;
  const steps = limit === 0 ? list.length : Math.min(limit, list.length);
  for (let step = 0; step < steps && found.length < enough; step += 1) {
    const position = rank > 0 ? step : list.length - 1 - step;
    if (list[position] !== wanted) continue;
    if (toSkip > 0) toSkip -= 1;
    else found.push(position);
  }
  return count === undefined ? (found[0] ?? null) : found;
}

function rankArgument(text: string): number {
  const rank = indexArgument(text);
  if (rank === 0) {
    refuse("ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list");
  }
  return rank;
}

function notNegative(text: string, option: string): number {
  const value = indexArgument(text, `ERR ${option} can't be negative`);
  if (value < 0) refuse(`ERR ${option} can't be negative`);
  return value;
}

function lmove(client: RedisSession, source: string, target: string, from: End, to: End): RespValue {
  const list = client.db.list(source)?.value;
  if (list === undefined) return null;
  const existing = client.db.list(target);
  const item = (from === 'left' ? list.shift() : list.pop()) ?? '';
  let destination = existing;
  if (destination === undefined) client.db.put(target, (destination = newList()));
  if (to === 'left') destination.value.unshift(item);
  else destination.value.push(item);
  client.db.changed(target);
  client.db.shrunk(source, list.length);
  return item;
}

function endArgument(text: string): End {
  const end = text.toUpperCase();
  return end === 'LEFT' ? 'left' : end === 'RIGHT' ? 'right' : refuse(SYNTAX_ERROR);
}

export const listCommands: readonly Command[] = [
  command('lpush', -3, push('left', false), 'write'),
  command('rpush', -3, push('right', false), 'write'),
  command('lpushx', -3, push('left', true), 'write'),
  command('rpushx', -3, push('right', true), 'write'),
  command('lpop', -2, pop('left'), 'write'),
  command('rpop', -2, pop('right'), 'write'),
  command('llen', 2, (client, args) => client.db.list(arg(args, 1))?.value.length ?? 0),
  command('lrange', 4, lrange),
  command('lindex', 3, lindex),
  command('lset', 4, lset, 'write'),
  command('lrem', 4, lrem, 'write'),
  command('ltrim', 4, ltrim, 'write'),
  command('linsert', 5, linsert, 'write'),
  command('lpos', -3, lpos),
  command('lmove', 5, (client, args) => lmove(client, arg(args, 1), arg(args, 2), endArgument(arg(args, 3)), endArgument(arg(args, 4))), 'write'),
  command('rpoplpush', 3, (client, args) => lmove(client, arg(args, 1), arg(args, 2), 'right', 'left'), 'write'),
];
