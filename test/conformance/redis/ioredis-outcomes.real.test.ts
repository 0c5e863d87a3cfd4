import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { milliseconds } from '../../../src/base/time.js';
import { ioredisPort, type IoredisPort } from '../../../src/bindings/ioredis-redis.js';
import { createRedisLocks, createRedisStock } from '../../../src/redis.js';
import { startRedisServer, type RunningRedis } from '../../support/start-redis-server.js';

const patient = { timeout: milliseconds(5000) };
const hasty = { timeout: milliseconds(100) };

let server: RunningRedis;
let pattern: Redis;
let redis: IoredisPort;

beforeEach(async () => {
  server = await startRedisServer();
  pattern = new Redis(server.port, '127.0.0.1', { lazyConnect: true });
  redis = ioredisPort(pattern);
});
afterEach(async () => {
  redis.close();
  pattern.disconnect();
  await server.stop();
});

test('replies and error replies', async () => {
  expect(await redis.command(['SET', 'a', 'ü', 'PX', '100000'], patient)).toEqual({ status: 'ok', value: 'OK' });
  expect(await redis.command(['GET', 'a'], patient)).toEqual({ status: 'ok', value: 'ü' });
  expect(await redis.command(['GET', 'b'], patient)).toEqual({ status: 'ok', value: null });
  expect(await redis.command(['LPUSH', 'a', '1'], patient)).toMatchObject({ status: 'refused', refusal: { reason: 'error-reply', code: 'WRONGTYPE' } });
  expect(await redis.command(['NOSUCH'], patient)).toMatchObject({ status: 'refused', refusal: { code: 'ERR' } });
});

test('a script runs by its digest, and by its text when the server forgot it', async () => {
  const script = { name: 'sum', lua: 'return {tonumber(ARGV[1]) + 1, KEYS[1], false}' };
  for (const forget of [false, false, true]) {
    if (forget) await redis.command(['SCRIPT', 'FLUSH'], patient);
    expect(await redis.eval(script, ['k'], ['41'], patient)).toEqual({ status: 'ok', value: [42, 'k', null] });
  }
});

test('a stopped server is unknown, and what it did late it did once', async () => {
  await redis.command(['SET', 'n', '0'], patient);
  server.pause();
  expect(await redis.command(['INCR', 'n'], hasty)).toEqual({ status: 'unknown', reason: 'timeout' });
  server.resume();
  expect(await redis.command(['GET', 'n'], patient)).toEqual({ status: 'ok', value: '1' });
});

test('a connection that ends under a command is unknown, and the command is not sent again', async () => {
  await redis.command(['SET', 'n', '0'], patient);
  server.pause();
  const asking = redis.command(['INCR', 'n'], patient);
  await server.stop();
  expect(await asking).toEqual({ status: 'unknown', reason: 'connection-lost' });
  server = await startRedisServer(server.port);
  expect(await redis.command(['GET', 'n'], patient)).toEqual({ status: 'ok', value: null });
});

test('a silent connection is given up, so that a later command gets a new one', async () => {
  const brisk = ioredisPort(pattern, { deadAfterMs: 50 });
  try {
    expect(await brisk.command(['PING'], patient)).toEqual({ status: 'ok', value: 'PONG' });
    server.pause();
    expect(await brisk.command(['PING'], patient)).toEqual({ status: 'unknown', reason: 'connection-lost' });
  } finally {
    server.resume();
    brisk.close();
  }
});

test('no server: refused as unavailable, at the deadline; the error is heard, and nobody else is told', async () => {
  await server.stop();
  const heard: string[] = [];
  const port = ioredisPort(pattern, { onError: (error) => heard.push(error.message) });
  try {
    const answer = await port.command(['SET', 'a', '1'], hasty);
    expect(answer).toMatchObject({ status: 'refused', refusal: { reason: 'unavailable' } });
    expect(heard.length).toBeGreaterThan(0);
  } finally {
    port.close();
  }
  server = await startRedisServer(server.port);
  expect(await redis.command(['EXISTS', 'a'], patient)).toEqual({ status: 'ok', value: 0 });
});

test('a session keeps its state, and stays lost when its connection is', async () => {
  const session = await redis.session();
  await redis.command(['SET', 'a', '1'], patient);
  await session.command(['WATCH', 'a'], patient);
  await session.command(['MULTI'], patient);
  expect(await session.command(['INCR', 'a'], patient)).toEqual({ status: 'ok', value: 'QUEUED' });
  await session.command(['LPUSH', 'a', 'x'], patient);
  expect(await session.command(['EXEC'], patient)).toEqual({ status: 'ok', value: [2, { error: expect.stringMatching(/^WRONGTYPE/) as string }] });
  await session.command(['WATCH', 'a'], patient);
  await redis.command(['SET', 'a', '7'], patient);
  await session.command(['MULTI'], patient);
  expect(await session.command(['EXEC'], patient)).toEqual({ status: 'ok', value: null });
  await redis.command(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'], patient);
  await session.command(['PING'], patient);
  expect(await session.command(['PING'], patient)).toMatchObject({ status: 'refused', refusal: { reason: 'unavailable' } });
  session.close();
});

test('a subscription hears what is published after it was confirmed', async () => {
  const messages: string[] = [];
  let heard = (): void => {};
  const two = new Promise<void>((resolve) => (heard = resolve));
  const subscription = await redis.subscribe('news', (message) => messages.push(message) === 2 && heard(), patient);
  if (subscription.status !== 'ok') throw new Error('not subscribed');
  expect(await redis.command(['PUBLISH', 'news', 'one'], patient)).toEqual({ status: 'ok', value: 1 });
  await redis.command(['PUBLISH', 'other', 'no'], patient);
  await redis.command(['PUBLISH', 'news', 'two'], patient);
  await two;
  expect(messages).toEqual(['one', 'two']);
  subscription.value.close();
});

test('a first lock and a first sale', async () => {
  const locks = createRedisLocks({ redis });
  const stock = createRedisStock({ redis });
  await stock.restock('mug', 1, { operationId: 'delivery-1' });
  const sell = (order: string) =>
    locks.withLock('mug', { ttlMs: 5000 }, async (lease) => (await stock.take('mug', 1, { operationId: order, token: lease.token })).status);
  const results = await Promise.all(['order-1', 'order-2', 'order-3'].map(sell));
  expect(results.map((result) => result.status === 'done' && result.value).sort()).toEqual(['refused', 'refused', 'taken']);
});
