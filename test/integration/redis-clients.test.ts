import { once } from 'node:events';
import { Redis as Redis5, type RedisOptions } from 'ioredis';
import { Redis as Redis6 } from 'ioredis-6';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoopbackServer } from '../../sim/wire/loopback-server.js';
import { serveRedis } from '../../sim/wire/redis/serve-redis.js';

/** Clients as their packages publish them, over a real socket, on the simulated Redis. */
let open: LoopbackServer;
let guarded: LoopbackServer;
beforeAll(async () => {
  open = await serveRedis({ port: 0 });
  guarded = await serveRedis({ port: 0, password: 'secret' });
});
afterAll(async () => {
  await open.close();
  await guarded.close();
});

const SCRIPT = "redis.call('SET', KEYS[1], ARGV[1]) return {KEYS[1], redis.call('GET', KEYS[1]), 7, false}";
const BYTES = Buffer.from([0, 255, 13, 10, 128]);

const Redises = { 'ioredis 5': Redis5, 'ioredis 6': Redis6 } as const;

describe.each(['ioredis 5', 'ioredis 6'] as const)('%s', (name) => {
  // The two packages have the same interface as far as it is used here.
  const Redis = Redises[name] as typeof Redis5;
  const connect = (port = open.port, more: RedisOptions = {}): Redis5 => new Redis({ port, host: '127.0.0.1', ...more });

  test('commands, binary values, expiry, pipelines', async () => {
    const redis = connect();
    await redis.flushall();
    expect(await redis.set('k', 'ü', 'PX', 60_000, 'NX')).toBe('OK');
    expect([await redis.get('k'), await redis.get('none'), await redis.strlen('k')]).toEqual(['ü', null, 2]);
    await redis.set('b', BYTES);
    expect(await redis.getBuffer('b')).toEqual(BYTES);
    await redis.hset('h', { a: 1, b: 'two' });
    expect(await redis.hgetall('h')).toEqual({ a: '1', b: 'two' });
    expect(await redis.pipeline().incr('n').lpush('n', 'x').incr('n').exec()).toMatchObject([
      [null, 1],
      [{ message: expect.stringMatching(/^WRONGTYPE/) as unknown }],
      [null, 2],
    ]);
    await expect(redis.incr('k')).rejects.toThrow('ERR value is not an integer or out of range');
    redis.disconnect();
  });

  test('scripts', async () => {
    const redis = connect();
    expect(await redis.eval(SCRIPT, 1, 'scripted', 'v')).toEqual(['scripted', 'v', 7, null]);
    redis.defineCommand('twice', { numberOfKeys: 1, lua: "return redis.call('INCRBY', KEYS[1], ARGV[1] * 2)" });
    const { twice } = redis as unknown as { twice: (key: string, by: number) => Promise<number> };
    await redis.del('t');
    expect([await twice.call(redis, 't', 2), await twice.call(redis, 't', 3)]).toEqual([4, 10]);
    await redis.script('FLUSH');
    expect(await twice.call(redis, 't', 1)).toBe(12);
    redis.disconnect();
  });

  test('transactions, undone by what another client does', async () => {
    const [redis, other] = [connect(), connect()];
    expect(await redis.multi().set('tx', 1).incr('tx').exec()).toEqual([
      [null, 'OK'],
      [null, 2],
    ]);
    await redis.watch('tx');
    await other.set('tx', 9);
    expect(await redis.multi().incr('tx').exec()).toBeNull();
    expect(await redis.get('tx')).toBe('9');
    redis.disconnect();
    other.disconnect();
  });

  test('channels', async () => {
    const [listener, speaker] = [connect(), connect()];
    await listener.subscribe('news');
    await listener.psubscribe('sp*');
    const messages = Promise.all([once(listener, 'message'), once(listener, 'pmessage')]);
    expect([await speaker.publish('news', 'one'), await speaker.publish('sport', 'two'), await speaker.publish('x', 'y')]).toEqual([1, 1, 0]);
    expect(await messages).toEqual([
      ['news', 'one'],
      ['sp*', 'sport', 'two'],
    ]);
    await listener.unsubscribe('news');
    expect(await speaker.publish('news', 'three')).toBe(0);
    listener.disconnect();
    speaker.disconnect();
  });

  test('it connects again after CLIENT KILL, and subscribes again', async () => {
    const [victim, killer] = [connect(open.port, { retryStrategy: () => 1 }), connect()];
    await victim.subscribe('c');
    const again = once(victim, 'ready');
    expect(await killer.client('KILL', 'TYPE', 'pubsub')).toBe(1);
    await again;
    const message = once(victim, 'message');
    // `ready` comes before the subscription is confirmed.
    while ((await killer.publish('c', 'hello')) === 0);
    expect(await message).toEqual(['c', 'hello']);
    victim.disconnect();
    killer.disconnect();
  });

  test('a password', async () => {
    const redis = connect(guarded.port, { password: 'secret' });
    expect(await redis.set('k', 'v')).toBe('OK');
    redis.disconnect();
    const stranger = connect(guarded.port, { retryStrategy: () => null, enableReadyCheck: false });
    stranger.on('error', () => undefined);
    await expect(stranger.get('k')).rejects.toThrow('NOAUTH');
    stranger.disconnect();
  });

  test('QUIT ends it', async () => {
    const redis = connect();
    const ended = once(redis, 'end');
    expect(await redis.quit()).toBe('OK');
    await ended;
  });
});

describe.each([2, 3] as const)('node-redis 6, RESP%i', (RESP) => {
  const connect = async (url = `redis://127.0.0.1:${open.port}`) => {
    const client = createClient({ url, RESP });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };

  test('commands, expiry, pipelines', async () => {
    const client = await connect();
    await client.flushAll();
    expect(await client.set('k', 'ü', { expiration: { type: 'PX', value: 60_000 }, condition: 'NX' })).toBe('OK');
    expect([await client.get('k'), await client.get('none')]).toEqual(['ü', null]);
    await client.hSet('h', { a: '1', b: 'two' });
    expect({ ...(await client.hGetAll('h')) }).toEqual({ a: '1', b: 'two' });
    await client.zAdd('z', [
      { score: 1.5, value: 'a' },
      { score: Infinity, value: 'b' },
    ]);
    expect(await client.zRangeWithScores('z', 0, -1)).toEqual([
      { value: 'a', score: 1.5 },
      { value: 'b', score: Infinity },
    ]);
    expect(await Promise.all([client.incr('n'), client.incr('n'), client.incr('n')])).toEqual([1, 2, 3]);
    await expect(client.incr('k')).rejects.toThrow('ERR value is not an integer or out of range');
    expect(await client.sendCommand(['CLIENT', 'GETNAME'])).toBeNull();
    expect((await client.clientInfo()).db).toBe(0);
    client.destroy();
  });

  test('scripts and transactions', async () => {
    const [client, other] = [await connect(), await connect()];
    expect(await client.eval(SCRIPT, { keys: ['scripted'], arguments: ['v'] })).toEqual(['scripted', 'v', 7, null]);
    const sha = await client.scriptLoad('return ARGV[1]');
    expect(await client.evalSha(sha, { arguments: ['x'] })).toBe('x');
    expect(await client.multi().set('tx', '1').incr('tx').exec()).toEqual(['OK', 2]);
    await client.watch('tx');
    await other.set('tx', '9');
    await expect(client.multi().incr('tx').exec()).rejects.toThrow();
    expect(await client.get('tx')).toBe('9');
    client.destroy();
    other.destroy();
  });

  test('channels, also after CLIENT KILL', async () => {
    const [listener, speaker] = [await connect(), await connect()];
    const heard: string[] = [];
    await listener.subscribe('news', (message) => void heard.push(message));
    await listener.pSubscribe('sp*', (message, channel) => void heard.push(`${channel}: ${message}`));
    expect([await speaker.publish('news', 'one'), await speaker.publish('sport', 'two')]).toEqual([1, 1]);
    // Not `once`: that the connection broke is an error event before it.
    const again = new Promise((resolve) => listener.once('ready', resolve));
    expect(await speaker.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])).toBe(1);
    await again;
    while ((await speaker.publish('news', 'three')) === 0);
    while (!heard.includes('three')) await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual(['one', 'sport: two', 'three']);
    listener.destroy();
    speaker.destroy();
  });

  test('a password, and a name', async () => {
    const client = await connect(`redis://:secret@127.0.0.1:${guarded.port}`);
    expect(await client.ping()).toBe('PONG');
    await client.clientSetName('me');
    expect(await client.clientGetName()).toBe('me');
    await client.close();
    const stranger = createClient({ url: `redis://127.0.0.1:${guarded.port}`, RESP, socket: { reconnectStrategy: false } });
    stranger.on('error', () => undefined);
    await expect(stranger.connect().then(() => stranger.get('k'))).rejects.toThrow('NOAUTH');
    if (stranger.isOpen) stranger.destroy();
  });
});
