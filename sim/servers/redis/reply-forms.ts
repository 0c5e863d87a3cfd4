import type { RedisSession } from './redis-session.js';
import type { RespValue } from './resp-value.js';

/** Names with values: a map in RESP3, flat in RESP2. */
export function mapReply(client: RedisSession, entries: readonly (readonly [RespValue, RespValue])[]): RespValue {
  return client.protocol === 3 ? { map: entries } : entries.flat();
}

export function setReply(client: RedisSession, items: readonly RespValue[]): RespValue {
  return client.protocol === 3 ? { set: items } : items;
}

/** Text for people. */
export function textReply(client: RedisSession, text: string): RespValue {
  return client.protocol === 3 ? { verbatim: text, format: 'txt' } : text;
}
