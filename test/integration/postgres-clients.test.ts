import { once } from 'node:events';
import pg, { type ClientConfig, type Notification } from 'pg';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemRandom } from '../../src/bindings/system-random.js';
import type { LoopbackServer } from '../../sim/wire/loopback-server.js';
import { servePostgres } from '../../sim/wire/postgres/serve-postgres.js';
import { ScriptedDatabase } from '../support/scripted-database.js';

/** Clients as their packages publish them, over a real socket, on our wire before a scripted backend. */
const random = (bound: number): number => systemRandom.integer(bound);
let open: LoopbackServer;
let clear: LoopbackServer;
let scram: LoopbackServer;
const scripted = new ScriptedDatabase();
beforeAll(async () => {
  const common = { port: 0, random, open: scripted.open };
  open = await servePostgres(common);
  clear = await servePostgres({ ...common, password: 's\u00e9cret', authentication: 'password' });
  scram = await servePostgres({ ...common, password: 's\u00e9cret' });
});
afterAll(async () => {
  for (const service of [open, clear, scram]) await service.close();
});

describe('pg', () => {
  const connect = async (config: ClientConfig = {}): Promise<pg.Client> => {
    const client = new pg.Client({ host: '127.0.0.1', port: open.port, user: 'u', password: 's\u00e9cret', database: 'd', ...config });
    await client.connect();
    return client;
  };

  test('simple and parameterised queries, prepared statements, errors', async () => {
    const client = await connect();
    expect(((await client.query('select 1;select 2')) as unknown as pg.QueryResult[]).map(({ rows }) => rows as unknown)).toEqual([
      [{ '?column?': 1 }],
      [{ '?column?': 2 }],
    ]);
    expect((await client.query('')).rows).toEqual([]);
    expect((await client.query('select $1::text as t', ['\u00fc \u20ac'])).rows).toEqual([{ t: '\u00fc \u20ac' }]);
    expect((await client.query('select $1::bytea as t', [Buffer.from([0, 255])])).rows).toEqual([{ t: Buffer.from([0, 255]) }]);
    expect((await client.query('select $1::text', [null])).rows).toEqual([{ text: null }]);
    const named = (value: number) => client.query({ name: 'echo', text: 'select $1::int4', values: [value] });
    expect([(await named(1)).rows, (await named(2)).rows]).toEqual([[{ int4: 1 }], [{ int4: 2 }]]);
    await expect(client.query('select nix')).rejects.toMatchObject({ code: '42703', severity: 'ERROR', position: '8' });
    await expect(client.query('select nix', [])).rejects.toMatchObject({ code: '42703' });
    await expect(client.query({ text: 'select $1::int4', binary: true, values: [1] } as pg.QueryConfig)).rejects.toMatchObject({ code: '0A000' });
    expect(await client.query('select 3')).toMatchObject({ rows: [{ '?column?': 3 }], rowCount: 1, command: 'SELECT' });
    await client.end();
  });

  test('transactions, and rows in batches', async () => {
    const client = await connect();
    await client.query('create temp table t(i int)');
    await client.query('begin');
    expect(await client.query('insert into t values($1)', [7])).toMatchObject({ command: 'INSERT', rowCount: 1 });
    await client.query('rollback');
    expect((await client.query('select i+0 as i from t')).rows).toEqual([]);
    expect((await client.query({ text: 'select generate_series(1,5)', rows: 2, values: [] } as pg.QueryConfig)).rows).toHaveLength(5);
    await client.end();
  });

  test('many queries on their way at once', async () => {
    for (const pipeline of [false, true]) {
      const client = await connect({ pipeline });
      const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => client.query('select $1::int4', [i]).then(({ rows }) => rows[0] as unknown)));
      expect(answers).toEqual(Array.from({ length: 50 }, (_, i) => ({ int4: i })));
      await client.end();
    }
  });

  test('notifications and notices', async () => {
    const [listener, speaker] = [await connect(), await connect()];
    await listener.query('listen a');
    const heard = once(listener, 'notification') as Promise<[Notification]>;
    await speaker.query("begin;notify a,'x'");
    await speaker.query('commit');
    expect((await heard)[0]).toMatchObject({ channel: 'a', payload: 'x' });
    const notice = once(speaker, 'notice');
    await speaker.query('rollback');
    expect((await notice)[0]).toMatchObject({ message: 'there is no transaction in progress', code: '25P01' });
    await Promise.all([listener.end(), speaker.end()]);
  });

  test('cancels a statement', async () => {
    const client = await connect();
    const before = scripted.executed.length;
    const sleep = new pg.Query('select pg_sleep(600)');
    const failed = once(client.query(sleep), 'error');
    await expect.poll(() => scripted.executed.slice(before)).toContain('select pg_sleep(600)');
    // Not among the types of the package, but what its users call.
    const other = new pg.Client({ host: '127.0.0.1', port: open.port }) as unknown as { cancel: (client: pg.Client, query: pg.Query) => void };
    other.cancel(client, sleep);
    expect((await failed)[0]).toMatchObject({ code: '57014' });
    await client.end();
  });

  test.each(['clear', 'scram'] as const)('passwords: %s', async (method) => {
    const { port } = { clear, scram }[method];
    const client = await connect({ port });
    expect((await client.query('select 1')).rowCount).toBe(1);
    await client.end();
    await expect(connect({ port, password: 'wrong' })).rejects.toMatchObject({ code: '28P01', message: 'password authentication failed for user "u"' });
  });

  test('a pool, whose sessions are closed when it ends', async () => {
    const closedBefore = scripted.closed;
    const pool = new pg.Pool({ host: '127.0.0.1', port: open.port, user: 'u', password: 'p', database: 'd', max: 3 });
    await Promise.all(Array.from({ length: 9 }, () => pool.query('select 1')));
    await pool.end();
    await expect.poll(() => scripted.closed - closedBefore).toBe(3);
  });
});

describe('postgres', () => {
  const connect = (port = open.port, password = 's\u00e9cret') =>
    postgres({ host: '127.0.0.1', port, user: 'u', password, database: 'd', max: 2, fetch_types: false, onnotice: () => undefined });

  test('queries, unprepared ones, errors, transactions', async () => {
    const sql = connect();
    expect([...(await sql`select ${7}::int4 as n`)]).toEqual([{ n: 7 }]);
    expect([...(await sql.unsafe('select $1::text as t', ['\u00fc']))]).toEqual([{ t: '\u00fc' }]);
    expect([...(await sql.unsafe('select 5'))]).toEqual([{ '?column?': 5 }]);
    await expect(sql`select nix`).rejects.toMatchObject({ code: '42703' });
    await sql.begin(async (own) => {
      await own`create temp table t(i int)`;
      await own`insert into t values(${3})`;
      expect([...(await own`select i+0 as i from t`)]).toEqual([{ i: 3 }]);
    });
    await expect(sql.begin((own) => own`select 1/0`)).rejects.toMatchObject({ code: '22012' });
    await sql.end();
  });

  test('cursors, many queries at once, channels, cancel', async () => {
    const sql = connect();
    const sizes: number[] = [];
    await sql`select generate_series(1,5)`.cursor(2, (rows) => void sizes.push(rows.length));
    expect(sizes).toEqual([2, 2, 1]);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => sql`select ${i}::int4 as i`));
    expect(answers.map(([row]) => row?.['i'] as number)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    let hear: (payload: string) => void = () => undefined;
    const heard = new Promise<string>((resolve) => (hear = resolve));
    await sql.listen('a', hear);
    await sql`notify a, 'x'`;
    expect(await heard).toBe('x');
    const before = scripted.executed.length;
    const sleep = sql`select pg_sleep(600)`.execute();
    await expect.poll(() => scripted.executed.slice(before)).toContain('select pg_sleep(600)');
    sleep.cancel();
    await expect(sleep).rejects.toMatchObject({ code: '57014' });
    await sql.end();
  });

  test('SCRAM', async () => {
    const sql = connect(scram.port);
    expect([...(await sql`select 1`)]).toEqual([{ '?column?': 1 }]);
    await sql.end();
    const wrong = connect(scram.port, 'wrong');
    await expect(wrong`select 1`).rejects.toMatchObject({ code: '28P01' });
    await wrong.end({ timeout: 0 });
  });
});
