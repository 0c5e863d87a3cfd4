import { newDb } from 'pg-mem';
import { expect, test } from 'vitest';
import { milliseconds } from '../../../../src/base/time.js';
import { pgMemPort } from '../../../../src/bindings/pg-mem-postgres.js';
import type { PostgresPort } from '../../../../src/ports/postgres.js';

const options = { timeout: milliseconds(1000) };
const ask = (to: Pick<PostgresPort, 'query'>, sql: string, ...params: (string | null)[]) => to.query({ name: 'test', sql }, params, options);

test('values arrive as text of PostgreSQL', async () => {
  const sql = `SELECT true AS a, '2026-01-02T03:04:05.600Z'::timestamptz AS b, '2026-01-02 03:04:00'::timestamp AS c, '2026-01-02'::date AS d,
    '{"x": 1}'::jsonb AS e, ARRAY['one', 'two words', 'null'] AS f, 1.5 AS g`;
  expect(await ask(pgMemPort(newDb()), sql)).toMatchObject({
    value: { rows: [['t', '2026-01-02 03:04:05.6+00', '2026-01-02 03:04:00', '2026-01-02', '{"x":1}', '{one,"two words","null"}', '1.5']] },
  });
});

test('parameters stand for values only, whatever they hold', async () => {
  const postgres = pgMemPort(newDb());
  await ask(postgres, 'CREATE TABLE notes (id text PRIMARY KEY, "$1" text)');
  expect(await ask(postgres, `INSERT INTO notes (id, "$1") VALUES ($1, $2)`, "it's $2'; --", null)).toMatchObject({ status: 'ok' });
  expect(await ask(postgres, `SELECT id, '$1' AS text, "$1" FROM notes WHERE id = $1`, "it's $2'; --")).toMatchObject({
    value: { rows: [["it's $2'; --", '$1', null]] },
  });
});

test('one transaction at a time: it is undone as a whole, and meanwhile others are refused', async () => {
  const postgres = pgMemPort(newDb());
  await ask(postgres, 'CREATE TABLE counters (n int)');
  await ask(postgres, 'INSERT INTO counters VALUES (1)');
  const [one, two] = [await postgres.session(), await postgres.session()];
  expect(await ask(postgres, 'BEGIN')).toMatchObject({ refusal: { sqlstate: '0A000', message: 'a transaction needs a session' } });
  await ask(one, 'BEGIN');
  await ask(one, 'UPDATE counters SET n = 2');
  for (const other of [two, postgres]) expect(await ask(other, 'SELECT n FROM counters')).toMatchObject({ refusal: { reason: 'unavailable' } });
  // Another's end is not this one's.
  two.close();
  expect(await ask(one, 'SELECT n FROM counters')).toMatchObject({ value: { rows: [['2']] } });
  expect(await ask(one, 'ROLLBACK')).toMatchObject({ value: { command: 'ROLLBACK' } });
  expect(await ask(postgres, 'SELECT n FROM counters')).toMatchObject({ value: { rows: [['1']] } });
});

test('errors have codes where pg-mem tells enough, and one line', async () => {
  const postgres = pgMemPort(newDb());
  expect(await ask(postgres, 'CREATE INDEX i ON nowhere (x)')).toMatchObject({ refusal: { sqlstate: '42P01', message: 'relation "nowhere" does not exist' } });
  expect(await ask(postgres, 'CREATE TABLE t (x int)')).toMatchObject({ value: { command: 'CREATE' } });
  expect(await ask(postgres, 'CREATE TABLE t (x int)')).toMatchObject({ refusal: { sqlstate: '42P07' } });
});
