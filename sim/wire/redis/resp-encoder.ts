import type { RespMap, RespValue } from '../../servers/redis/resp-value.js';
import { formatDouble } from '../../servers/redis/values/double.js';

/**
 * A reply as it stands on the wire, as a binary string: one character a byte, so that many replies become one buffer in one
 * go. A session of RESP2 gets maps and sets as arrays, and doubles, verbatim and big numbers as bulk strings.
 */
export function encodeReply(reply: RespValue, protocol: 2 | 3): string {
  if (typeof reply === 'string') return `$${reply.length}\r\n${reply}\r\n`;
  if (typeof reply === 'number' || typeof reply === 'bigint') return `:${reply}\r\n`;
  if (reply === null) return protocol === 3 ? '_\r\n' : '$-1\r\n';
  if (isArray(reply)) return encodeItems('*', reply, protocol);
  if ('status' in reply) return `+${reply.status}\r\n`;
  if ('error' in reply) return `-${reply.error}\r\n`;
  if ('nullArray' in reply) return protocol === 3 ? '_\r\n' : '*-1\r\n';
  if ('map' in reply) return encodeMap(reply, protocol);
  if ('set' in reply) return encodeItems(protocol === 3 ? '~' : '*', reply.set, protocol);
  if ('push' in reply) return encodeItems(protocol === 3 ? '>' : '*', reply.push, protocol);
  if ('double' in reply) return protocol === 3 ? `,${formatDouble(reply.double)}\r\n` : encodeReply(formatDouble(reply.double), protocol);
  if ('bigNumber' in reply) return protocol === 3 ? `(${reply.bigNumber}\r\n` : encodeReply(reply.bigNumber, protocol);
  const { verbatim, format } = reply;
  return protocol === 3 ? `=${verbatim.length + FORMAT_LENGTH + 1}\r\n${formatName(format)}:${verbatim}\r\n` : encodeReply(verbatim, protocol);
}

const FORMAT_LENGTH = 3;
const formatName = (format: string): string => format.slice(0, FORMAT_LENGTH).padEnd(FORMAT_LENGTH);

function encodeItems(sign: '*' | '~' | '>', items: readonly RespValue[], protocol: 2 | 3): string {
  let text = `${sign}${items.length}\r\n`;
  // By index: this is the hot path of long ranges.
  for (let i = 0; i < items.length; i += 1) text += encodeReply(items[i] ?? null, protocol);
  return text;
}

function encodeMap({ map }: RespMap, protocol: 2 | 3): string {
  let text = protocol === 3 ? `%${map.length}\r\n` : `*${map.length * 2}\r\n`;
  for (const [name, value] of map) text += encodeReply(name, protocol) + encodeReply(value, protocol);
  return text;
}

const isArray = (reply: RespValue): reply is readonly RespValue[] => Array.isArray(reply);
