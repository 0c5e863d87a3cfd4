import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { milliseconds } from '../../../../src/base/time.js';
import type { PgQuery, PgResult } from '../../../../src/bindings/pg-connection.js';
import { pgPort, type PgPortOptions } from '../../../../src/bindings/pg-postgres.js';
import { settled } from '../../../support/fake-clock.js';

const options = { timeout: milliseconds(20) };
const patient = { timeout: milliseconds(60_000) };
const statement = { name: 's', sql: 'SELECT 1' };
const never = new Promise<never>(() => undefined);

/** A pg client whose answers are given. */
class FakeClient extends EventEmitter {
  readonly asked: PgQuery[] = [];
  ends = 0;
  destroyed = 0;
  readonly connection = { stream: { destroy: () => (this.destroyed += 1), destroySoon: () => undefined } };

  constructor(
    readonly answer: (query: PgQuery) => Promise<PgResult>,
    readonly connecting: Promise<unknown> = Promise.resolve(),
  ) {
    super();
  }
  connect(): Promise<unknown> {
    return this.connecting;
  }
  query(query: PgQuery): Promise<PgResult> {
    this.asked.push(query);
    return this.answer(query);
  }
  end(): Promise<unknown> {
    this.ends += 1;
    return Promise.resolve();
  }
}

const done: PgResult = { command: 'SELECT', rowCount: 1, rows: [['1']] };

/** A port to clients made in turn. */
function bench(makes: (() => FakeClient)[], more: PgPortOptions = {}) {
  const clients: FakeClient[] = [];
  const port = pgPort(() => {
    const client = makes[Math.min(clients.length, makes.length - 1)]!();
    clients.push(client);
    return client;
  }, more);
  return { port, clients };
}

const answering = () => new FakeClient(() => Promise.resolve(done));
const failing = (fields: object) => () => new FakeClient(() => Promise.reject(Object.assign(new Error('no'), fields)));

test('errors are told apart: answered, connection over, maybe done', async () => {
  const cases: [object, object][] = [
    [
      { code: '23505', severity: 'ERROR' },
      { status: 'refused', refusal: { reason: 'error', sqlstate: '23505', message: 'no' } },
    ],
    [
      { code: '57014', severity: 'ERROR' },
      { status: 'refused', refusal: { sqlstate: '57014' } },
    ],
    [
      { code: '57P01', severity: 'FATAL' },
      { status: 'unknown', reason: 'connection-lost' },
    ],
    [
      { code: '08006', severity: 'ERROR' },
      { status: 'unknown', reason: 'connection-lost' },
    ],
    [{ code: 'EPIPE' }, { status: 'unknown', reason: 'connection-lost' }],
    [{}, { status: 'unknown', reason: 'connection-lost' }],
  ];
  for (const [fields, outcome] of cases) expect(await bench([failing(fields)]).port.query(statement, [], options)).toMatchObject(outcome);
});

test('values go as text and come as text; names are given to prepared statements only', async () => {
  const { port, clients } = bench([answering]);
  expect(await port.query(statement, ['1', null], options)).toEqual({ status: 'ok', value: { command: 'SELECT', rowCount: 1, rows: [['1']] } });
  const [asked] = clients[0]!.asked;
  expect(asked).toMatchObject({ text: 'SELECT 1', values: ['1', null], rowMode: 'array' });
  expect(asked).not.toHaveProperty('name');
  expect(asked!.types.getTypeParser()('t')).toBe('t');
  const prepared = bench([answering], { prepare: true });
  for (const sql of ['one', 'two', 'one']) await prepared.port.query({ name: 's', sql }, [], options);
  expect(prepared.clients[0]!.asked.map(({ name }) => name)).toEqual(['holdfast_1', 'holdfast_2', 'holdfast_1']);
});

test('no answer in time is unknown, ends the connection at once, and the next statement has another one', async () => {
  const { port, clients } = bench([() => new FakeClient(() => never), answering]);
  expect(await port.query(statement, [], options)).toEqual({ status: 'unknown', reason: 'timeout' });
  expect(clients[0]!.destroyed).toBe(1);
  expect(await port.query(statement, [], options)).toMatchObject({ status: 'ok' });
  expect(clients).toHaveLength(2);
});

test('an error of an idle connection is heard, and the connection not used again', async () => {
  const heard: string[] = [];
  const { port, clients } = bench([answering], { onError: (error) => heard.push(error.message) });
  await port.query(statement, [], options);
  clients[0]!.emit('error', new Error('terminating connection'));
  clients[0]!.emit('end');
  expect(heard).toEqual(['terminating connection']);
  expect(await port.query(statement, [], options)).toMatchObject({ status: 'ok' });
  expect(clients).toHaveLength(2);
});

test('no connection: refused, with the reason, and nothing is sent', async () => {
  const { port } = bench([() => new FakeClient(() => never, Promise.reject(new Error('connect ECONNREFUSED')))]);
  expect(await port.query(statement, [], patient)).toEqual({ status: 'refused', refusal: { reason: 'unavailable', message: 'connect ECONNREFUSED' } });
  const slow = bench([() => new FakeClient(() => never, never)], { connectTimeoutMs: 20 });
  expect(await slow.port.query(statement, [], patient)).toMatchObject({ refusal: { message: 'no connection to PostgreSQL in time' } });
  expect(slow.clients[0]!.destroyed).toBe(1);
});

test('a connection that is made too late for one is there for the next', async () => {
  let connect = (): void => {};
  const made = new Promise<void>((resolve) => (connect = resolve));
  const { port, clients } = bench([() => new FakeClient(() => Promise.resolve(done), made)], { connections: 1 });
  expect(await port.query(statement, [], options)).toMatchObject({ refusal: { message: 'no connection to PostgreSQL in time' } });
  const waiting = port.query(statement, [], patient);
  connect();
  expect(await waiting).toMatchObject({ status: 'ok' });
  expect(clients).toHaveLength(1);
});

test('statements beyond the number of connections wait for their turn, or until their deadline', async () => {
  const replies: ((result: PgResult) => void)[] = [];
  const { port, clients } = bench([() => new FakeClient(() => new Promise((resolve) => replies.push(resolve)))], { connections: 1 });
  const first = port.query(statement, [], patient);
  expect(await port.query(statement, [], options)).toMatchObject({ refusal: { message: 'all connections to PostgreSQL are busy' } });
  const third = port.query(statement, [], patient);
  await expect.poll(() => replies.length).toBe(1);
  replies[0]!(done);
  expect(await first).toMatchObject({ status: 'ok' });
  await expect.poll(() => replies.length).toBe(2);
  replies[1]!(done);
  expect(await third).toMatchObject({ status: 'ok' });
  expect(clients).toHaveLength(1);
});

test('a session has a connection of its own, takes one statement at a time, and stays lost', async () => {
  const { port, clients } = bench([answering, () => new FakeClient(() => never), answering]);
  await port.query(statement, [], options);
  const session = await port.session();
  const asking = session.query(statement, [], options);
  await settled();
  await expect(session.query(statement, [], options)).rejects.toThrow('before the one before was answered');
  expect(await asking).toEqual({ status: 'unknown', reason: 'timeout' });
  expect(await session.query(statement, [], options)).toMatchObject({ status: 'refused', refusal: { message: 'a statement was not answered in time' } });
  expect(clients).toHaveLength(2);
});

test('a subscription quotes its channel, hears that channel only, and is told when it is lost', async () => {
  const heard: string[] = [];
  let lost = 0;
  const { port, clients } = bench([answering]);
  const listener = { notified: (payload: string) => heard.push(payload), lost: () => (lost += 1) };
  const [one, two] = [await port.listen('a"b', listener, options), await port.listen('c', listener, options)];
  expect(clients[0]!.asked[0]!.text).toBe('LISTEN "a""b"');
  clients[0]!.emit('notification', { channel: 'a"b', payload: 'one' });
  clients[0]!.emit('notification', { channel: 'other', payload: 'no' });
  clients[0]!.emit('notification', { channel: 'a"b' });
  expect(heard).toEqual(['one', '']);
  clients[0]!.emit('error', new Error('gone'));
  expect(lost).toBe(1);
  if (one.status !== 'ok' || two.status !== 'ok') throw new Error('not listening');
  two.value.close();
  expect([lost, clients[1]!.ends]).toEqual([1, 1]);
  const refusing = bench([failing({ code: '42501', severity: 'ERROR' })]);
  expect(await refusing.port.listen('a', listener, options)).toMatchObject({ status: 'refused' });
  expect(refusing.clients[0]!.ends).toBe(1);
});

test('what was closed stays closed', async () => {
  const { port, clients } = bench([answering]);
  await port.query(statement, [], options);
  const session = await port.session();
  port.close();
  expect(clients.map(({ ends }) => ends)).toEqual([1, 1]);
  expect(await port.query(statement, [], patient)).toMatchObject({ status: 'refused', refusal: { reason: 'unavailable' } });
  expect(await session.query(statement, [], patient)).toMatchObject({ status: 'refused' });
  expect(await (await port.session()).query(statement, [], patient)).toMatchObject({ status: 'refused' });
});

test('options are checked when the port is made', () => {
  expect(() => pgPort(answering, { connections: 0 })).toThrow('connections must be a whole number, from 1 to 1000; got 0');
  expect(() => pgPort(answering, { connectTimeoutMs: 0.5 })).toThrow('connectTimeoutMs');
});
