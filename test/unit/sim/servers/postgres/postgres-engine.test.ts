import { loadModule } from 'libpg-query';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PostgresAnswer } from '../../../../../sim/servers/postgres/postgres-answer.js';
import { PostgresEngine } from '../../../../../sim/servers/postgres/postgres-engine.js';
import type { PostgresSession } from '../../../../../sim/servers/postgres/postgres-session.js';

let engine: PostgresEngine;
let timers: { readonly lengthUs: number; readonly call: () => void }[];

beforeAll(() => loadModule());

beforeEach(() => {
  timers = [];
  engine = new PostgresEngine({
    now: () => 1_790_000_000_000_000,
    random: () => 0,
    setTimer(lengthUs, call) {
      const timer = { lengthUs, call };
      timers.push(timer);
      return { cancel: () => void (timers = timers.filter((other) => other !== timer)) };
    },
  });
});

function run(session: PostgresSession, text: string, params: readonly (string | null)[] = []): PostgresAnswer | undefined {
  let answer: PostgresAnswer | undefined;
  session.execute(text, params, (given) => (answer = given));
  return answer;
}

describe('sessions', () => {
  test('parameters take the type of where they stand, and describe tells it', () => {
    const session = engine.open();
    run(session, 'CREATE TABLE t (id bigint PRIMARY KEY, tags text[])');
    expect(session.describe('INSERT INTO t VALUES ($1, $2) RETURNING id', [])).toEqual({ parameterOids: [20, 1009], fields: [{ name: 'id', typeOid: 20 }] });
    expect(run(session, 'INSERT INTO t VALUES ($1, $2) RETURNING *', ['9007199254740993', '{a,"b,c"}'])).toMatchObject({
      rows: [['9007199254740993', '{a,"b,c"}']],
    });
    expect(run(session, 'SELECT id FROM t WHERE id = ANY($1)', ['{1,9007199254740993}'])).toMatchObject({ rowCount: 1 });
  });

  test('the modes of a transaction by their names as settings', () => {
    const session = engine.open();
    for (const text of ['BEGIN', "SET transaction_isolation = 'serializable'", 'SET transaction_read_only = on']) run(session, text);
    expect(run(session, 'SHOW transaction_isolation')).toMatchObject({ rows: [['serializable']] });
    expect(run(session, 'CREATE TABLE t (id int)')).toMatchObject({ error: { sqlstate: '25006' } });
  });

  test('a session that goes away rolls back and frees its locks', () => {
    const [a, b] = [engine.open(), engine.open()];
    run(a, 'CREATE TABLE t (id int PRIMARY KEY)');
    run(a, 'BEGIN');
    run(a, 'INSERT INTO t VALUES (1)');
    run(a, 'SELECT pg_advisory_lock(5)');
    let answer: PostgresAnswer | undefined;
    b.execute('INSERT INTO t VALUES (1)', [], (given) => (answer = given));
    expect(answer).toBeUndefined();
    a.close();
    expect(answer).toMatchObject({ command: 'INSERT', rowCount: 1 });
    expect(run(b, 'SELECT pg_try_advisory_lock(5)')).toMatchObject({ rows: [['t']] });
  });

  test('notifications come at the commit, once each, and not after a rollback', () => {
    const heard: string[] = [];
    const [a, b] = [engine.open(), engine.open({ notify: ({ channel, payload, pid }) => heard.push(`${pid === a.pid} ${channel} ${payload}`) })];
    run(b, 'LISTEN stock');
    run(a, 'BEGIN');
    run(a, "NOTIFY stock, 'x'");
    run(a, "SELECT pg_notify('stock', 'x')");
    expect(heard).toEqual([]);
    run(a, 'COMMIT');
    expect(heard).toEqual(['true stock x']);
    run(a, 'BEGIN');
    run(a, 'NOTIFY stock');
    run(a, 'ROLLBACK');
    expect(heard).toHaveLength(1);
  });

  test('an idle transaction is ended by its timeout', () => {
    const ended: string[] = [];
    const session = engine.open({ terminate: ({ sqlstate, severity }) => ended.push(`${severity} ${sqlstate}`) });
    run(session, "SET idle_in_transaction_session_timeout = '2s'");
    run(session, 'BEGIN');
    expect(timers.map(({ lengthUs }) => lengthUs)).toEqual([2_000_000]);
    timers[0]?.call();
    expect(ended).toEqual(['FATAL 25P03']);
    expect(engine.sessions.size).toBe(0);
  });

  test('an idle session is ended by its own timeout', () => {
    const ended: string[] = [];
    const session = engine.open({ terminate: ({ sqlstate }) => ended.push(sqlstate) });
    run(session, "SET idle_session_timeout = '3s'");
    expect(timers.map(({ lengthUs }) => lengthUs)).toEqual([3_000_000]);
    timers[0]?.call();
    expect(ended).toEqual(['57P05']);
  });

  test('pg_terminate_backend ends another session, and frees what it held', () => {
    const ended: string[] = [];
    const [a, b] = [engine.open({ terminate: ({ severity, sqlstate }) => ended.push(`${severity} ${sqlstate}`) }), engine.open()];
    run(a, 'SELECT pg_advisory_lock(1)');
    expect(run(b, `SELECT pg_terminate_backend(${a.pid})`)).toMatchObject({ rows: [['t']] });
    expect(ended).toEqual(['FATAL 57P01']);
    expect(run(b, 'SELECT pg_try_advisory_lock(1)')).toMatchObject({ rows: [['t']] });
    expect(run(b, `SELECT pg_terminate_backend(${a.pid})`)).toMatchObject({ rows: [['f']] });
  });

  test('pg_terminate_backend ends a session that waits, and its own', () => {
    const ended: number[] = [];
    const open = (): PostgresSession => {
      const session: PostgresSession = engine.open({ terminate: () => ended.push(session.pid) });
      return session;
    };
    const [a, b, c] = [open(), open(), open()];
    run(a, 'SELECT pg_advisory_lock(1)');
    expect(run(b, 'SELECT pg_advisory_lock(1)')).toBeUndefined();
    expect(run(c, `SELECT pg_terminate_backend(${b.pid})`)).toMatchObject({ rows: [['t']] });
    expect(run(c, 'SELECT pg_terminate_backend(pg_backend_pid())')).toMatchObject({ rows: [['t']] });
    expect(ended).toEqual([b.pid, c.pid]);
    expect([...engine.sessions]).toEqual([a]);
  });

  test('cancel ends a statement that waits', () => {
    const session = engine.open();
    let answer: PostgresAnswer | undefined;
    session.execute('SELECT pg_sleep(10)', [], (given) => (answer = given));
    session.cancel();
    expect(answer).toMatchObject({ error: { sqlstate: '57014' } });
  });

  test.each([
    'SELECT row_number() OVER () FROM t',
    'SELECT sin(1)',
    'SELECT unnest(ARRAY[1])',
    'SELECT 1::regclass',
    'EXPLAIN SELECT 1',
    'COPY t TO STDOUT',
    'DECLARE c CURSOR FOR SELECT 1',
    'WITH RECURSIVE r AS (SELECT 1) SELECT * FROM r',
    'SELECT * FROM t NATURAL JOIN t u',
    'SELECT * FROM pg_attribute',
    'ALTER TABLE t RENAME TO u',
    'SELECT * FROM information_schema.views',
    'CREATE VIEW v AS SELECT 1',
    'SELECT 1::money',
  ])('refuses by name: %s', (text) => {
    const session = engine.open();
    run(session, 'CREATE TABLE t (id int)');
    expect(run(session, text)).toMatchObject({
      error: { sqlstate: '0A000', message: expect.stringContaining('not supported by the simulated PostgreSQL') as string },
    });
  });
});

describe('versions', () => {
  test('old versions are removed, but not while a snapshot can see them', () => {
    const [a, b] = [engine.open(), engine.open()];
    run(a, 'CREATE TABLE t (id int PRIMARY KEY, v int)');
    run(a, 'INSERT INTO t VALUES (1, 0)');
    run(b, 'BEGIN ISOLATION LEVEL REPEATABLE READ');
    run(b, 'SELECT v FROM t');
    for (let count = 0; count < 300; count += 1) run(a, 'UPDATE t SET v = v + 1 WHERE id = 1');
    expect(run(b, 'SELECT v FROM t WHERE id = 1')).toMatchObject({ rows: [['0']] });
    run(b, 'COMMIT');
    for (let count = 0; count < 1000; count += 1) run(a, 'UPDATE t SET v = v + 1 WHERE id = 1');
    expect(engine.catalog.table('t', undefined).versions.size).toBeLessThan(200);
    expect(run(b, 'SELECT v FROM t')).toMatchObject({ rows: [['1300']] });
  });

  test('a definition is undone with its transaction', () => {
    const session = engine.open();
    run(session, 'BEGIN');
    run(session, 'CREATE TABLE t (id int)');
    run(session, 'ROLLBACK');
    expect(run(session, 'SELECT * FROM t')).toMatchObject({ error: { sqlstate: '42P01' } });
  });
});

test('pg_locks shows who stands at a row: the first waits for its holder, the next ones for the first', () => {
  const [holder, first, next, looker] = [engine.open(), engine.open(), engine.open(), engine.open()];
  run(holder, 'CREATE TABLE t (id int)');
  run(holder, 'INSERT INTO t VALUES (1)');
  run(holder, 'BEGIN');
  for (const session of [holder, first, next]) run(session, 'SELECT * FROM t FOR UPDATE');
  const locks = run(looker, "SELECT pid, granted, mode FROM pg_locks WHERE locktype = 'tuple' ORDER BY pid");
  expect(locks).toMatchObject({
    rows: [
      [String(first.pid), 't', 'AccessExclusiveLock'],
      [String(next.pid), 'f', 'AccessExclusiveLock'],
    ],
  });
  const waits = run(looker, "SELECT pid, wait_event FROM pg_stat_activity WHERE wait_event_type = 'Lock' ORDER BY pid");
  expect(waits).toMatchObject({
    rows: [
      [String(first.pid), 'transactionid'],
      [String(next.pid), 'tuple'],
    ],
  });
});
