import type { RedisCallOptions, RedisReply, RedisSession } from '../../../src/ports/redis.js';

/** How to read a whole value of each type. */
const READINGS: Readonly<Record<string, (key: string) => string[]>> = {
  string: (key) => ['GET', key],
  hash: (key) => ['HGETALL', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
};

/** Everything that a server holds, in an order of its own: for each key its database, name, type, value, and whether it will expire. */
export async function dataOf(session: RedisSession, options: RedisCallOptions, databases: number): Promise<RedisReply> {
  const ask = async (...args: string[]): Promise<RedisReply> => {
    const answer = await session.command(args, options);
    if (answer.status === 'ok') return answer.value;
    throw new Error(`${args.join(' ')} was not answered: ${JSON.stringify(answer)}`);
  };
  const all: RedisReply[] = [];
  for (let database = 0; database < databases; database += 1) {
    if (database > 0) await ask('SELECT', String(database));
    for (const key of [...((await ask('KEYS', '*')) as string[])].sort()) {
      const type = (await ask('TYPE', key)) as string;
      const reading = READINGS[type];
      const value = reading === undefined ? null : await ask(...reading(key));
      all.push([database, key, type, inOrder(type, value), Number(await ask('PTTL', key)) >= 0 ? 'expires' : 'stays']);
    }
  }
  return all;
}

function inOrder(type: string, value: RedisReply): RedisReply {
  if (!Array.isArray(value)) return value;
  const items = value as readonly RedisReply[];
  if (type === 'set') return [...items].sort();
  if (type !== 'hash') return items;
  const pairs = Array.from({ length: items.length / 2 }, (_, i) => JSON.stringify(items.slice(2 * i, 2 * i + 2)));
  return pairs.sort();
}
