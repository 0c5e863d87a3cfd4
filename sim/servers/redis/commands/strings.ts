import { arg, indexArgument, integerArgument } from '../arguments.js';
import type { Command } from '../command.js';
import { command } from '../command.js';
import { NOT_A_FLOAT, NOT_AN_INTEGER, refuse, SYNTAX_ERROR, WRONG_TYPE } from '../command-error.js';
import type { RedisSession } from '../redis-session.js';
import type { RespValue } from '../resp-value.js';
import { OK } from '../resp-value.js';
import { NEVER } from '../values/entry.js';
import type { Int64 } from '../values/int64.js';
import { addInt64, negateInt64, parseInt64 } from '../values/int64.js';
import { addLongDouble, formatLongDouble, parseLongDouble } from '../values/long-double.js';
import { sliceBounds } from '../arguments.js';
import { positiveDeadline } from '../deadline.js';

const MAX_STRING = 512 * 1024 * 1024;
const TOO_LONG = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';

function get(client: RedisSession, args: readonly string[]): RespValue {
  return client.db.string(arg(args, 1))?.value ?? null;
}

interface SetOptions {
  condition?: 'NX' | 'XX';
  returnOld?: boolean;
  keepTtl?: boolean;
  persist?: boolean;
  expiry?: { readonly option: 'EX' | 'PX' | 'EXAT' | 'PXAT'; readonly value: string };
}

/**
 * The options of SET and GETEX, which Redis parses in one place. Anything unknown or contradictory is a syntax error; of the same one twice
 * the last counts.
 */
function parseOptions(args: readonly string[], from: number, of: 'set' | 'getex'): SetOptions {
  const options: SetOptions = {};
  for (let i = from; i < args.length; i += 1) {
    const option = arg(args, i).toUpperCase();
    const free = (options.expiry?.option ?? option) === option && options.keepTtl !== true && options.persist !== true;
    if (of === 'set' && (option === 'NX' || option === 'XX') && (options.condition ?? option) === option) options.condition = option;
    else if (of === 'set' && option === 'GET') options.returnOld = true;
    else if (of === 'set' && option === 'KEEPTTL' && options.expiry === undefined) options.keepTtl = true;
    else if (of === 'getex' && option === 'PERSIST' && options.expiry === undefined) options.persist = true;
    else if ((option === 'EX' || option === 'PX' || option === 'EXAT' || option === 'PXAT') && free && i + 1 < args.length) {
      i += 1;
      options.expiry = { option, value: arg(args, i) };
    } else refuse(SYNTAX_ERROR);
  }
  return options;
}

function set(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const value = arg(args, 2);
  if (args.length === 3) {
    store(client, key, value, NEVER);
    return OK;
  }
  const options = parseOptions(args, 3, 'set');
  const { expiry } = options;
  const deadline = expiry === undefined ? undefined : positiveDeadline(client, expiry.option, expiry.value, 'set');
  const old = client.db.find(key);
  if (options.returnOld === true && old !== undefined && old.type !== 'string') refuse(WRONG_TYPE);
  const previous = old?.type === 'string' ? old.value : null;
  if ((options.condition === 'NX' && old !== undefined) || (options.condition === 'XX' && old === undefined)) {
    return options.returnOld === true ? previous : null;
  }
  store(client, key, value, deadline ?? (options.keepTtl === true ? (old?.expireAt ?? NEVER) : NEVER));
  if (deadline !== undefined) client.engine.logAs(['SET', key, value, 'PXAT', String(deadline)]);
  else client.engine.logAs(options.keepTtl === true ? ['SET', key, value, 'KEEPTTL'] : ['SET', key, value]);
  return options.returnOld === true ? previous : OK;
}

function store(client: RedisSession, key: string, value: string, expireAt: number): void {
  client.db.find(key);
  client.db.put(key, { type: 'string', value, expireAt });
  client.db.changed(key);
}

function setnx(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  if (client.db.find(key) !== undefined) return 0;
  store(client, key, arg(args, 2), NEVER);
  return 1;
}

function setWithExpiry(option: 'EX' | 'PX', name: string) {
  return (client: RedisSession, args: readonly string[]): RespValue => {
    const key = arg(args, 1);
    const value = arg(args, 3);
    const deadline = positiveDeadline(client, option, arg(args, 2), name);
    store(client, key, value, deadline);
    client.engine.logAs(['SET', key, value, 'PXAT', String(deadline)]);
    return OK;
  };
}

function getset(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const old = client.db.string(key)?.value ?? null;
  store(client, key, arg(args, 2), NEVER);
  client.engine.logAs(['SET', key, arg(args, 2)]);
  return old;
}

function getdel(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const old = client.db.string(key);
  if (old === undefined) return null;
  client.db.remove(key);
  client.engine.logAs(['DEL', key]);
  return old.value;
}

function getex(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const options = parseOptions(args, 2, 'getex');
  const entry = client.db.string(key);
  if (entry === undefined) return null;
  const { expiry } = options;
  if (expiry !== undefined) {
    const deadline = positiveDeadline(client, expiry.option, expiry.value, 'getex');
    if (deadline <= client.engine.nowMs) {
      client.db.remove(key);
      client.engine.logAs(['DEL', key]);
    } else {
      entry.expireAt = deadline;
      client.db.changed(key);
      client.engine.logAs(['PEXPIREAT', key, String(deadline)]);
    }
  } else if (options.persist === true && entry.expireAt !== NEVER) {
    entry.expireAt = NEVER;
    client.db.changed(key);
    client.engine.logAs(['PERSIST', key]);
  }
  return entry.value;
}

function mget(client: RedisSession, args: readonly string[]): RespValue {
  return args.slice(1).map((key) => {
    const entry = client.db.find(key);
    return entry?.type === 'string' ? entry.value : null;
  });
}

function mset(client: RedisSession, args: readonly string[]): RespValue {
  requirePairs(args);
  for (let i = 1; i < args.length; i += 2) store(client, arg(args, i), arg(args, i + 1), NEVER);
  return OK;
}

function msetnx(client: RedisSession, args: readonly string[]): RespValue {
  requirePairs(args);
  for (let i = 1; i < args.length; i += 2) if (client.db.find(arg(args, i)) !== undefined) return 0;
  mset(client, args);
  return 1;
}

function requirePairs(args: readonly string[]): void {
  if (args.length % 2 === 0) refuse(`ERR wrong number of arguments for '${arg(args, 0).toLowerCase()}' command`);
}

function append(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const suffix = arg(args, 2);
  const entry = client.db.string(key);
  if ((entry?.value.length ?? 0) + suffix.length > MAX_STRING) refuse(TOO_LONG);
  if (entry === undefined) {
    store(client, key, suffix, NEVER);
    return suffix.length;
  }
  entry.value += suffix;
  client.db.changed(key);
  return entry.value.length;
}

function strlen(client: RedisSession, args: readonly string[]): RespValue {
  return client.db.string(arg(args, 1))?.value.length ?? 0;
}

function increase(client: RedisSession, key: string, by: Int64): RespValue {
  const entry = client.db.string(key);
  const old = entry === undefined ? 0 : (parseInt64(entry.value) ?? refuse(NOT_AN_INTEGER));
  const sum = addInt64(old, by) ?? refuse('ERR increment or decrement would overflow');
  if (entry === undefined) client.db.put(key, { type: 'string', value: String(sum), expireAt: NEVER });
  else entry.value = String(sum);
  client.db.changed(key);
  return sum;
}

function decrby(client: RedisSession, args: readonly string[]): RespValue {
  const by = integerArgument(arg(args, 2));
  return increase(client, arg(args, 1), negateInt64(by) ?? refuse('ERR decrement would overflow'));
}

function incrbyfloat(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const entry = client.db.string(key);
  const old = parseLongDouble(entry?.value ?? '0') ?? refuse(NOT_A_FLOAT);
  const by = parseLongDouble(arg(args, 2)) ?? refuse(NOT_A_FLOAT);
  const sum = old === 'infinite' || by === 'infinite' ? undefined : addLongDouble(old, by);
  const value = formatLongDouble(sum ?? refuse('ERR increment would produce NaN or Infinity'));
  if (entry === undefined) client.db.put(key, { type: 'string', value, expireAt: NEVER });
  else entry.value = value;
  client.db.changed(key);
  client.engine.logAs(['SET', key, value, 'KEEPTTL']);
  return value;
}

function setrange(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const offset = indexArgument(arg(args, 2));
  const piece = arg(args, 3);
  if (offset < 0) refuse('ERR offset is out of range');
  const entry = client.db.string(key);
  const old = entry?.value ?? '';
  if (piece.length === 0) return old.length;
  if (offset + piece.length > MAX_STRING) refuse(TOO_LONG);
  const value = old.slice(0, offset).padEnd(offset, '\0') + piece + old.slice(offset + piece.length);
  if (entry === undefined) client.db.put(key, { type: 'string', value, expireAt: NEVER });
  else entry.value = value;
  client.db.changed(key);
  return value.length;
}

function getrange(client: RedisSession, args: readonly string[]): RespValue {
  const start = indexArgument(arg(args, 2));
  const end = indexArgument(arg(args, 3));
  const value = client.db.string(arg(args, 1))?.value ?? '';
  if (start < 0 && end < 0 && start > end) return '';
  const bounds = sliceBounds(start, end < 0 ? Math.max(0, value.length + end) : end, value.length);
  return bounds === undefined ? '' : value.slice(bounds.first, bounds.last + 1);
}

export const stringCommands: readonly Command[] = [
  command('get', 2, get),
  command('set', -3, set, 'write'),
  command('setnx', 3, setnx, 'write'),
  command('setex', 4, setWithExpiry('EX', 'setex'), 'write'),
  command('psetex', 4, setWithExpiry('PX', 'psetex'), 'write'),
  command('getset', 3, getset, 'write'),
  command('getdel', 2, getdel, 'write'),
  command('getex', -2, getex, 'write'),
  command('mget', -2, mget),
  command('mset', -3, mset, 'write'),
  command('msetnx', -3, msetnx, 'write'),
  command('append', 3, append, 'write'),
  command('strlen', 2, strlen),
  command('incr', 2, (client, args) => increase(client, arg(args, 1), 1), 'write'),
  command('decr', 2, (client, args) => increase(client, arg(args, 1), -1), 'write'),
  command('incrby', 3, (client, args) => increase(client, arg(args, 1), integerArgument(arg(args, 2))), 'write'),
  command('decrby', 3, decrby, 'write'),
  command('incrbyfloat', 3, incrbyfloat, 'write'),
  command('setrange', 4, setrange, 'write'),
  command('getrange', 4, getrange),
  command('substr', 4, getrange),
];
