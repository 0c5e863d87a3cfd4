import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ProxyLink } from '../../../sim/chaos/proxy.js';
import { milliseconds } from '../../../src/base/time.js';
import { pgPort, type PgPort } from '../../../src/bindings/pg-postgres.js';
import type { PostgresOutcome, PostgresPort } from '../../../src/ports/postgres.js';
import { hasPostgres, startPostgres, type RunningPostgres } from '../../support/start-postgres.js';
import { postgresPortSuite } from './port.suite.js';

const patient = { timeout: milliseconds(5000) };
const hasty = { timeout: milliseconds(150) };

const ask = (to: Pick<PostgresPort, 'query'>, sql: string, params: readonly (string | null)[] = [], options = patient) =>
  to.query({ name: 'test', sql }, params, options);

function rowsOf(outcome: PostgresOutcome): readonly (readonly (string | null)[])[] {
  if (outcome.status !== 'ok') throw new Error(JSON.stringify(outcome));
  return outcome.value.rows;
}

if (hasPostgres) {
  postgresPortSuite('pg on a real PostgreSQL', async () => {
    const server = await startPostgres();
    const postgres = pgPort(() => new Client(server.config), { connections: 4 });
    const close = async (): Promise<void> => {
      postgres.close();
      await server.stop();
    };
    return { postgres, close };
  });
}

describe.runIf(hasPostgres)('pg on a real PostgreSQL, whose connections fail', () => {
  let server: RunningPostgres;
  let postgres: PgPort;
  const errors: string[] = [];

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    postgres = pgPort(() => new Client(server.config), { connections: 4, onError: (error) => errors.push(error.message) });
    rowsOf(await ask(postgres, 'CREATE TABLE IF NOT EXISTS counters (name text PRIMARY KEY, n int NOT NULL CHECK (n < 100))'));
    rowsOf(await ask(postgres, "INSERT INTO counters VALUES ('a', 0) ON CONFLICT (name) DO UPDATE SET n = 0"));
  });
  afterEach(() => postgres.close());

  const count = async (): Promise<string | null | undefined> => rowsOf(await ask(postgres, "SELECT n FROM counters WHERE name = 'a'"))[0]?.[0];
  const increment = "UPDATE counters SET n = n + 1 WHERE name = 'a'";

  test('prepared statements do the same, and two texts of one name do not meet', async () => {
    const prepared = pgPort(() => new Client(server.config), { connections: 1, prepare: true });
    for (const _ of [1, 2]) {
      expect(rowsOf(await ask(prepared, 'SELECT $1::int + 1', ['1']))).toEqual([['2']]);
      expect(rowsOf(await ask(prepared, 'SELECT $1::int + 2', ['1']))).toEqual([['3']]);
    }
    prepared.close();
  });

  test('a deadline that passes is unknown, and ends that connection only (P8)', async () => {
    const blocker = await postgres.session();
    rowsOf(await ask(blocker, 'BEGIN'));
    rowsOf(await ask(blocker, increment));
    expect(await ask(postgres, increment, [], hasty)).toEqual({ status: 'unknown', reason: 'timeout' });
    expect(rowsOf(await ask(postgres, 'SELECT 1'))).toEqual([['1']]);
    rowsOf(await ask(blocker, 'COMMIT'));
    // The server goes on with what its client has given up: that is what unknown means.
    await expect.poll(count).toBe('2');
    blocker.close();
  });

  test('a back end that dies under a statement is unknown, one that died idle is replaced', async () => {
    let lost = 0;
    const victim = await postgres.session(() => (lost += 1));
    const pid = rowsOf(await ask(victim, 'SELECT pg_backend_pid()'))[0]?.[0] ?? '';
    const sleeping = ask(victim, 'SELECT pg_sleep(30)');
    await expect
      .poll(async () => rowsOf(await ask(postgres, "SELECT 1 FROM pg_stat_activity WHERE pid = $1::int AND state = 'active'", [pid])))
      .toHaveLength(1);
    rowsOf(await ask(postgres, 'SELECT pg_terminate_backend($1::int)', [pid]));
    expect(await sleeping).toEqual({ status: 'unknown', reason: 'connection-lost' });
    expect(await ask(victim, 'SELECT 1')).toMatchObject({ status: 'refused', refusal: { reason: 'unavailable' } });
    expect(lost).toBe(1);
    // The idle ones of the pool die unasked, and their errors are heard (P9).
    const witness = await postgres.session();
    const heard = errors.length;
    rowsOf(
      await ask(witness, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = $1::text', [
        'client backend',
      ]),
    );
    await expect.poll(() => errors.length).toBeGreaterThan(heard);
    expect(rowsOf(await ask(postgres, 'SELECT 1'))).toEqual([['1']]);
    witness.close();
  });

  test('a lost answer of a statement that was done is unknown; the pool goes on over new connections', async () => {
    const link = new ProxyLink('test', 'postgres', server.port);
    const port = await link.listen();
    const through = pgPort(() => new Client({ ...server.config, port }), { connections: 1 });
    rowsOf(await ask(through, 'SELECT 1'));
    for (const [then, reason] of [
      ['reset', 'connection-lost'],
      ['silence', 'timeout'],
    ] as const) {
      const before = Number(await count());
      const lift = link.impose({ onChunk: ({ direction }) => (direction === 'reply' ? { act: 'lose', then } : null), effective: () => undefined });
      expect(await ask(through, increment, [], hasty)).toEqual({ status: 'unknown', reason });
      await expect.poll(count).toBe(String(before + 1));
      lift();
      expect(rowsOf(await ask(through, 'SELECT 1'))).toEqual([['1']]);
    }
    through.close();
    link.close();
  });

  test('no server: refused as unavailable, nothing is sent', async () => {
    const nowhere = pgPort(() => new Client({ ...server.config, port: 1 }));
    expect(await ask(nowhere, 'SELECT 1')).toMatchObject({ status: 'refused', refusal: { reason: 'unavailable' } });
    const session = await nowhere.session();
    expect(await ask(session, 'SELECT 1')).toMatchObject({ status: 'refused', refusal: { reason: 'unavailable' } });
    expect(await nowhere.listen('news', { notified: () => undefined, lost: () => undefined }, patient)).toMatchObject({ status: 'refused' });
    nowhere.close();
  });

  test('when all connections are busy, a statement waits for one until its deadline', async () => {
    const narrow = pgPort(() => new Client(server.config), { connections: 1 });
    const long = ask(narrow, 'SELECT pg_sleep(0.5)');
    expect(await ask(narrow, increment, [], hasty)).toMatchObject({ status: 'refused', refusal: { message: 'all connections to PostgreSQL are busy' } });
    expect(await ask(narrow, 'SELECT 1')).toMatchObject({ status: 'ok' });
    expect(await long).toMatchObject({ status: 'ok' });
    expect(await count()).toBe('0');
    narrow.close();
    expect(await ask(narrow, 'SELECT 1')).toMatchObject({ status: 'refused', refusal: { message: 'this port to PostgreSQL was closed' } });
  });

  test('notifications are heard at commit, and a lost subscription is told once', async () => {
    const heard: string[] = [];
    let lost = 0;
    const listener = { notified: (payload: string) => heard.push(payload), lost: () => (lost += 1) };
    const subscription = await postgres.listen('New "s"', listener, patient);
    if (subscription.status !== 'ok') throw new Error('not listening');
    rowsOf(await ask(postgres, 'SELECT pg_notify($1::text, $2::text)', ['New "s"', 'one']));
    rowsOf(await ask(postgres, 'SELECT pg_notify($1::text, $2::text)', ['other', 'no']));
    rowsOf(await ask(postgres, 'SELECT pg_notify($1::text, $2::text)', ['New "s"', 'two']));
    await expect.poll(() => heard).toEqual(['one', 'two']);
    rowsOf(await ask(postgres, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'`));
    await expect.poll(() => lost).toBe(1);
    subscription.value.close();
    expect(lost).toBe(1);
  });
});

test.runIf(!hasPostgres && process.env['CI'] !== undefined)('PostgresPort on a real PostgreSQL', () => expect.fail('install the package postgresql-15'));
