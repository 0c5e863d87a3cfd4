import { loadModule } from 'libpg-query';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Incarnation, SimProcess } from '../../../../sim/kernel/process.js';
import { World, defaultBudget } from '../../../../sim/kernel/world.js';
import { Network } from '../../../../sim/network.js';
import { SimPostgres } from '../../../../sim/ports/sim-postgres.js';
import { postgresServer } from '../../../../sim/servers/postgres/postgres-server.js';
import { milliseconds } from '../../../../src/base/time.js';
import type { PostgresOutcome } from '../../../../src/ports/postgres.js';

beforeAll(() => loadModule());

const soon = { timeout: milliseconds(100) };
const patiently = { timeout: milliseconds(10_000) };
const sql = (text: string) => ({ name: 'test', sql: text });

interface Site {
  readonly postgres: SimPostgres;
  readonly server: SimProcess;
  /** Runs one statement outside of the network. */
  readonly look: (text: string) => unknown;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What `work` gives, in a process beside a simulated PostgreSQL. */
async function beside<Value>(work: (site: Site) => Promise<Value>): Promise<Value> {
  const world = new World({ seed: 1, overrides: {}, budget: defaultBudget });
  const network = new Network(world);
  const { factory, memory } = postgresServer(network);
  const server = world.process('postgres', factory);
  let seen: { readonly value: Value } | undefined;
  const client = world.process('c1', async (own: Incarnation) => {
    const value = await work({
      postgres: new SimPostgres(network, own, server),
      server,
      look: (text) => memory.run(text).rows,
      sleep: (ms) => new Promise((resolve) => void own.setTimer(ms * 1000, resolve)),
    });
    seen = { value };
    world.stop();
  });
  server.start();
  client.start();
  const end = await world.run();
  if (seen === undefined) throw new Error(`the work did not end: ${end.kind}`);
  return seen.value;
}

const brief = (outcome: PostgresOutcome): unknown =>
  outcome.status === 'ok'
    ? outcome.value.rows
    : outcome.status === 'unknown'
      ? outcome.reason
      : outcome.refusal.reason === 'error'
        ? outcome.refusal.sqlstate
        : outcome.refusal.reason;

test('values, commands and counts come as the server gives them; errors are refusals with their SQLSTATE', async () => {
  const seen = await beside(async ({ postgres }) => [
    await postgres.query(sql('CREATE TABLE t (id int PRIMARY KEY, word text)'), [], soon),
    await postgres.query(sql('INSERT INTO t VALUES ($1, $2), (2, NULL)'), ['1', 'one'], soon),
    await postgres.query(sql('SELECT * FROM t ORDER BY id'), [], soon),
    await postgres.query(sql('INSERT INTO t VALUES (1)'), [], soon),
  ]);
  expect(seen.slice(1, 3)).toEqual([
    { status: 'ok', value: { command: 'INSERT', rowCount: 2, rows: [] } },
    {
      status: 'ok',
      value: {
        command: 'SELECT',
        rowCount: 2,
        rows: [
          ['1', 'one'],
          ['2', null],
        ],
      },
    },
  ]);
  expect(seen[3]).toMatchObject({ status: 'refused', refusal: { reason: 'error', sqlstate: '23505' } });
});

describe('what a client cannot know', () => {
  test('P8: a statement whose caller gave up still waits in the server, and is done when it gets its row', async () => {
    const seen = await beside(async ({ postgres, look, sleep }) => {
      await postgres.query(sql('CREATE TABLE t (id int PRIMARY KEY, n int)'), [], soon);
      await postgres.query(sql('INSERT INTO t VALUES (1, 0)'), [], soon);
      const session = await postgres.session();
      await session.query(sql('BEGIN'), [], soon);
      await session.query(sql('UPDATE t SET n = n + 1'), [], soon);
      const late = await postgres.query(sql('UPDATE t SET n = n + 10'), [], soon);
      const during = look('SELECT n FROM t');
      await session.query(sql('COMMIT'), [], soon);
      await sleep(5);
      return [brief(late), during, look('SELECT n FROM t')];
    });
    expect(seen).toEqual(['timeout', [['0']], [['11']]]);
  });

  test('a session that a deadline ended stays ended, and its transaction is rolled back', async () => {
    const seen = await beside(async ({ postgres, look, sleep }) => {
      await postgres.query(sql('CREATE TABLE t (n int)'), [], soon);
      const session = await postgres.session();
      await session.query(sql('BEGIN'), [], soon);
      await session.query(sql('INSERT INTO t VALUES (1)'), [], soon);
      const slow = await session.query(sql('SELECT pg_sleep(1)'), [], soon);
      const after = await session.query(sql('COMMIT'), [], soon);
      await sleep(2000);
      return [brief(slow), brief(after), look('SELECT count(*) FROM t')];
    });
    expect(seen).toEqual(['timeout', 'unavailable', [['0']]]);
  });

  test('a crash of the server ends what was under way; what was committed is there afterwards', async () => {
    const seen = await beside(async ({ postgres, server, look, sleep }) => {
      await postgres.query(sql('CREATE TABLE t (n int)'), [], soon);
      await postgres.query(sql('INSERT INTO t VALUES (1)'), [], soon);
      const session = await postgres.session();
      await session.query(sql('BEGIN'), [], soon);
      await session.query(sql('INSERT INTO t VALUES (2)'), [], soon);
      const underWay = postgres.query(sql('SELECT pg_sleep(1)'), [], patiently);
      await sleep(5);
      server.crash();
      const while_ = await postgres.query(sql('SELECT 1'), [], soon);
      server.start();
      await sleep(5);
      return [brief(await underWay), brief(while_), brief(await session.query(sql('COMMIT'), [], soon)), look('SELECT n FROM t')];
    });
    expect(seen).toEqual(['connection-lost', 'unavailable', 'unavailable', [['1']]]);
  });
});

test('a listener hears what is committed after it listens, is told once of a loss, and nothing after it closed', async () => {
  const seen = await beside(async ({ postgres, server, sleep }) => {
    const heard: string[] = [];
    const listener = (name: string) => ({ notified: (payload: string) => void heard.push(`${name} ${payload}`), lost: () => void heard.push(`${name} lost`) });
    await postgres.listen('sales', listener('one'), soon);
    const other = await postgres.listen('sales', listener('other'), soon);
    await postgres.query(sql("SELECT pg_notify('sales', 'first')"), [], soon);
    await sleep(5);
    if (other.status === 'ok') other.value.close();
    await postgres.query(sql("NOTIFY sales, 'second'"), [], soon);
    await sleep(5);
    server.crash();
    await sleep(5);
    return heard;
  });
  expect(seen).toEqual(['one first', 'other first', 'one second', 'one lost']);
});
