import type { RedisReply } from '../../../src/ports/redis.js';
import { fromBinary } from './binary-string.js';
import type { RespValue } from './resp-value.js';

/** A reply as a client of RESP2 hands it to its caller: text, numbers, null and arrays. */
export function plainReply(reply: RespValue): RedisReply {
  if (typeof reply === 'string') return fromBinary(reply);
  if (typeof reply === 'number' || reply === null) return reply;
  if (typeof reply === 'bigint') return Number(reply);
  if (isRespArray(reply)) return reply.map(plainReply);
  if ('status' in reply) return fromBinary(reply.status);
  if ('nullArray' in reply) return null;
  if ('error' in reply) return { error: fromBinary(reply.error) };
  if ('push' in reply) return reply.push.map(plainReply);
  if ('map' in reply) return reply.map.flatMap(([name, value]) => [plainReply(name), plainReply(value)]);
  if ('set' in reply) return reply.set.map(plainReply);
  if ('bigNumber' in reply) return reply.bigNumber;
  return 'verbatim' in reply ? fromBinary(reply.verbatim) : String(reply.double);
}

const isRespArray = (reply: RespValue): reply is readonly RespValue[] => Array.isArray(reply);
