import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { milliseconds } from '../../../../src/base/time.js';
import { ioredisPort } from '../../../../src/bindings/ioredis-redis.js';

const options = { timeout: milliseconds(20) };

/** An ioredis client whose answers are given; its duplicates are itself. */
class FakeIoredis extends EventEmitter {
  status = 'ready';
  override = {};
  readonly calls: string[][] = [];

  constructor(readonly answer: (args: string[]) => Promise<unknown>) {
    super();
  }
  duplicate(override: object): this {
    this.override = override;
    return this;
  }
  call(...args: string[]): Promise<unknown> {
    this.calls.push(args);
    return this.answer(args);
  }
  disconnect(): void {
    this.status = 'end';
    this.emit('end');
  }
}

const failing = (name: string, message: string) => new FakeIoredis(() => Promise.reject(Object.assign(new Error(message), { name })));

test('nothing is queued while offline, and nothing sent again', () => {
  const client = new FakeIoredis(() => Promise.resolve('OK'));
  ioredisPort(client);
  expect(client.override).toMatchObject({ enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0, reconnectOnError: null });
});

test('errors are told apart: answered, never written, maybe done', async () => {
  const cases: [FakeIoredis, object][] = [
    [failing('ReplyError', 'WRONGTYPE no'), { status: 'refused', refusal: { reason: 'error-reply', code: 'WRONGTYPE', message: 'WRONGTYPE no' } }],
    [failing('ReplyError', 'Odd words'), { status: 'refused', refusal: { reason: 'error-reply', code: 'ERR', message: 'Odd words' } }],
    [failing('Error', "Stream isn't writeable and enableOfflineQueue options is false"), { status: 'refused', refusal: { reason: 'unavailable' } }],
    [failing('Error', 'Connection is closed.'), { status: 'unknown', reason: 'connection-lost' }],
    [failing('MaxRetriesPerRequestError', 'Reached the max retries'), { status: 'unknown', reason: 'connection-lost' }],
    [failing('AbortError', 'Command aborted due to connection close'), { status: 'unknown', reason: 'connection-lost' }],
  ];
  for (const [client, outcome] of cases) expect(await ioredisPort(client).command(['GET', 'a'], options)).toMatchObject(outcome);
});

test('no answer in time is unknown, and a late rejection harms nobody', async () => {
  let reject = (_error: Error): void => {};
  const client = new FakeIoredis(() => new Promise((_resolve, rejectIt) => (reject = rejectIt)));
  expect(await ioredisPort(client).command(['GET', 'a'], options)).toEqual({ status: 'unknown', reason: 'timeout' });
  reject(new Error('Connection is closed.'));
  await new Promise((resolve) => setImmediate(resolve));
});

test('a command waits for a connection until its deadline, then says why there is none', async () => {
  const client = new FakeIoredis(() => Promise.resolve('OK'));
  client.status = 'connecting';
  const port = ioredisPort(client);
  client.emit('error', new Error('connect ECONNREFUSED'));
  expect(await port.command(['GET', 'a'], options)).toEqual({ status: 'refused', refusal: { reason: 'unavailable', message: 'connect ECONNREFUSED' } });
  expect(client.calls).toEqual([]);
  const waiting = port.command(['GET', 'a'], { timeout: milliseconds(60_000) });
  client.status = 'ready';
  client.emit('ready');
  expect(await waiting).toEqual({ status: 'ok', value: 'OK' });
  expect(client.listenerCount('ready')).toBe(0);
});

test('what was closed stays closed', async () => {
  const client = new FakeIoredis(() => Promise.resolve('OK'));
  const port = ioredisPort(client);
  port.close();
  expect(await port.command(['GET', 'a'], { timeout: milliseconds(60_000) })).toMatchObject({ status: 'refused', refusal: { reason: 'unavailable' } });
});

test('a script goes by its digest, then by its text', async () => {
  const client = new FakeIoredis(([command]) =>
    command === 'EVALSHA' ? Promise.reject(Object.assign(new Error('NOSCRIPT No matching script'), { name: 'ReplyError' })) : Promise.resolve([1, null]),
  );
  expect(await ioredisPort(client).eval({ name: 'x', lua: 'return 1' }, ['k'], ['a'], options)).toEqual({ status: 'ok', value: [1, null] });
  expect(client.calls).toEqual([
    ['EVALSHA', 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db', '1', 'k', 'a'],
    ['EVAL', 'return 1', '1', 'k', 'a'],
  ]);
});

test('names go as they were written, but where ioredis looks at them', async () => {
  const client = new FakeIoredis(() => Promise.resolve('OK'));
  const port = ioredisPort(client);
  for (const name of ['Get', 'nosuch', 'SUBSCRIBE', 'Select', 'hgetall']) await port.command([name], options);
  expect(client.calls.flat()).toEqual(['Get', 'nosuch', 'subscribe', 'select', 'HGETALL']);
});

test('an object, as ioredis-mock makes of a hash, is a flat array', async () => {
  const client = new FakeIoredis(() => Promise.resolve({ a: '1', b: '2' }));
  expect(await ioredisPort(client).command(['HGETALL', 'h'], options)).toEqual({ status: 'ok', value: ['a', '1', 'b', '2'] });
});

test('errors inside an array stay in their place', async () => {
  const client = new FakeIoredis(() => Promise.resolve(['OK', Object.assign(new Error('ERR no'), { name: 'ReplyError' })]));
  expect(await ioredisPort(client).command(['EXEC'], options)).toEqual({ status: 'ok', value: ['OK', { error: 'ERR no' }] });
});
