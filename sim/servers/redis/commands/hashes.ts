import { arg, integerArgument } from '../arguments.js';
import type { Command } from '../command.js';
import { command } from '../command.js';
import { NOT_A_FLOAT, refuse } from '../command-error.js';
import type { RedisSession } from '../redis-session.js';
import type { RespValue } from '../resp-value.js';
import { OK } from '../resp-value.js';
import { newHash } from '../values/entry.js';
import { addInt64, parseInt64 } from '../values/int64.js';
import { addLongDouble, formatLongDouble, parseLongDouble } from '../values/long-double.js';

function openHash(client: RedisSession, key: string): Map<string, string> {
  let entry = client.db.hash(key);
  if (entry === undefined) client.db.put(key, (entry = newHash()));
  return entry.value;
}

/** Sets the fields and returns how many are new. */
function setFields(client: RedisSession, args: readonly string[]): number {
  if (args.length % 2 !== 0) refuse(`ERR wrong number of arguments for '${arg(args, 0).toLowerCase()}' command`);
  const key = arg(args, 1);
  const hash = openHash(client, key);
  const before = hash.size;
  for (let i = 2; i < args.length; i += 2) hash.set(arg(args, i), arg(args, i + 1));
  client.db.changed(key);
  return hash.size - before;
}

function hmset(client: RedisSession, args: readonly string[]): RespValue {
  setFields(client, args);
  return OK;
}

function hsetnx(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const field = arg(args, 2);
  if (client.db.hash(key)?.value.has(field) === true) return 0;
  openHash(client, key).set(field, arg(args, 3));
  client.db.changed(key);
  return 1;
}

function hget(client: RedisSession, args: readonly string[]): RespValue {
  return client.db.hash(arg(args, 1))?.value.get(arg(args, 2)) ?? null;
}

function hmget(client: RedisSession, args: readonly string[]): RespValue {
  const hash = client.db.hash(arg(args, 1))?.value;
  return args.slice(2).map((field) => hash?.get(field) ?? null);
}

function hgetall(client: RedisSession, args: readonly string[]): RespValue {
  const hash = client.db.hash(arg(args, 1))?.value;
  const fields = [...(hash?.entries() ?? [])];
  return client.protocol === 3 ? { map: fields } : fields.flat();
}

function hdel(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const hash = client.db.hash(key)?.value;
  if (hash === undefined) return 0;
  let removed = 0;
  for (let i = 2; i < args.length; i += 1) if (hash.delete(arg(args, i))) removed += 1;
  if (removed > 0) client.db.shrunk(key, hash.size);
  return removed;
}

function hexists(client: RedisSession, args: readonly string[]): RespValue {
  return client.db.hash(arg(args, 1))?.value.has(arg(args, 2)) === true ? 1 : 0;
}

function hincrby(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const field = arg(args, 2);
  const by = integerArgument(arg(args, 3));
  const text = client.db.hash(key)?.value.get(field) ?? '0';
  const old = parseInt64(text) ?? refuse('ERR hash value is not an integer');
  const sum = addInt64(old, by) ?? refuse('ERR increment or decrement would overflow');
  openHash(client, key).set(field, String(sum));
  client.db.changed(key);
  return sum;
}

function hincrbyfloat(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const field = arg(args, 2);
  const by = parseLongDouble(arg(args, 3)) ?? refuse(NOT_A_FLOAT);
  if (by === 'infinite') refuse('ERR value is NaN or Infinity');
  const text = client.db.hash(key)?.value.get(field) ?? '0';
  const old = parseLongDouble(text) ?? refuse('ERR hash value is not a float');
  const sum = old === 'infinite' ? undefined : addLongDouble(old, by);
  const value = formatLongDouble(sum ?? refuse('ERR increment would produce NaN or Infinity'));
  openHash(client, key).set(field, value);
  client.db.changed(key);
  client.engine.logAs(['HSET', key, field, value]);
  return value;
}

export const hashCommands: readonly Command[] = [
  command('hset', -4, setFields, 'write'),
  command('hmset', -4, hmset, 'write'),
  command('hsetnx', 4, hsetnx, 'write'),
  command('hget', 3, hget),
  command('hmget', -3, hmget),
  command('hgetall', 2, hgetall),
  command('hdel', -3, hdel, 'write'),
  command('hexists', 3, hexists),
  command('hlen', 2, (client, args) => client.db.hash(arg(args, 1))?.value.size ?? 0),
  command('hkeys', 2, (client, args) => [...(client.db.hash(arg(args, 1))?.value.keys() ?? [])]),
  command('hvals', 2, (client, args) => [...(client.db.hash(arg(args, 1))?.value.values() ?? [])]),
  command('hincrby', 4, hincrby, 'write'),
  command('hincrbyfloat', 4, hincrbyfloat, 'write'),
  command('hstrlen', 3, (client, args) => client.db.hash(arg(args, 1))?.value.get(arg(args, 2))?.length ?? 0),
];
