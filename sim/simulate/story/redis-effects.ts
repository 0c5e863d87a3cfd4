import type { RedisAccess } from './redis-conversation.js';
import { replyInWords } from './words.js';

/** What a command did to keys. */
export interface Effect {
  readonly access: RedisAccess;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

const READS = 'GET STRLEN EXISTS TTL PTTL TYPE GETRANGE HGET HGETALL HMGET HEXISTS HLEN LLEN LRANGE LINDEX SCARD SISMEMBER SMEMBERS ZSCORE ZCARD ZRANGE ZRANK';
const WRITES =
  'SET SETNX SETEX PSETEX GETSET GETDEL GETEX APPEND INCR INCRBY INCRBYFLOAT DECR DECRBY DEL UNLINK EXPIRE PEXPIRE PERSIST ' +
  'HSET HSETNX HMSET HINCRBY HINCRBYFLOAT HDEL LPUSH RPUSH LPOP RPOP LSET LREM LTRIM SADD SREM SPOP ZADD ZREM ZINCRBY ZPOPMIN ZPOPMAX';

const reads: ReadonlySet<string> = new Set(READS.split(' '));
const writes: ReadonlySet<string> = new Set(WRITES.split(' '));
const manyKeys: ReadonlySet<string> = new Set(['DEL', 'UNLINK', 'EXISTS']);
/** Their first argument after the key says what part of it is meant. */
const withField = /^H(GET|SET|SETNX|INCRBY|INCRBYFLOAT|DEL|EXISTS)$/;

/** Effects of commands on keys. Commands in MULTI happen at EXEC; scripts write to the keys that they were given. */
export function effectsOf(accesses: readonly RedisAccess[]): Effect[] {
  const effects: Effect[] = [];
  const queues = new Map<number, RedisAccess[]>();
  const watched = new Set<number>();
  for (const access of accesses) {
    const name = nameOf(access);
    const queue = queues.get(access.connection);
    if (name === 'WATCH') watched.add(access.connection);
    if (name === 'MULTI') queues.set(access.connection, []);
    if (name === 'EXEC' || name === 'DISCARD') {
      // Under WATCH nobody can have come between: then it is no race.
      if (name === 'EXEC' && queue !== undefined && Array.isArray(access.reply) && !watched.has(access.connection)) {
        for (const queued of queue) effects.push(...effectOf({ ...queued, time: access.time }, queued));
      }
      queues.delete(access.connection);
      watched.delete(access.connection);
    } else if (queue !== undefined && name !== 'MULTI') queue.push(access);
    else effects.push(...effectOf(access, access));
  }
  return effects;
}

/** A SET NX that was answered by nil, or an error: nothing happened. */
const didNothing = ({ reply }: RedisAccess): boolean => reply === null || (typeof reply === 'object' && 'error' in reply);

function effectOf(access: RedisAccess, shown: RedisAccess): Effect[] {
  const name = nameOf(access);
  const keys = keysOf(access, name);
  if (keys.length === 0) return [];
  const at = access === shown ? access : { ...access, args: shown.args };
  if (name === 'EVAL' || name === 'EVALSHA' || name === 'FCALL') return [{ access: at, reads: [], writes: keys }];
  if (reads.has(name)) return [{ access: at, reads: keys, writes: [] }];
  if (!writes.has(name) || (didNothing(access) && name !== 'EXPIRE')) return [];
  return [{ access: at, reads: [], writes: keys }];
}

const nameOf = ({ args }: RedisAccess): string => (args[0] ?? '').toUpperCase();

function keysOf({ args }: RedisAccess, name: string): readonly string[] {
  if (name === 'EVAL' || name === 'EVALSHA' || name === 'FCALL') return args.slice(3, 3 + Number(args[2]));
  const key = args[1];
  if (key === undefined) return [];
  if (manyKeys.has(name)) return args.slice(1);
  return [withField.test(name) ? `${key} ${args[2] ?? ''}`.trim() : key];
}

/** What a read saw, for a sentence: ` = "1"`; nothing when no answer is known. */
export const seen = ({ reply }: RedisAccess): string =>
  reply === undefined ? '' : ` = ${typeof reply === 'string' && /^-?\d+$/.test(reply) ? reply : replyInWords(reply)}`;
