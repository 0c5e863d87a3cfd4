import { expect, test } from 'vitest';
import { refused, unknown } from '../../../../src/base/outcome.js';
import { createPostgresSchema, postgresSchemaSql } from '../../../../src/inventory/postgres-schema.js';
import type { PostgresOutcome, PostgresRefusal } from '../../../../src/ports/postgres.js';
import { command, rows, ScriptedPostgres } from '../../../support/scripted-postgres.js';

const error = (sqlstate: string): PostgresOutcome => refused<PostgresRefusal>({ reason: 'error', sqlstate, message: 'no' });
const missing = error('42P01');
const [begin, commit, rollback, done] = [command('BEGIN'), command('COMMIT'), command('ROLLBACK'), command('CREATE')];

test('tables that are up to date are only looked at', async () => {
  const postgres = new ScriptedPostgres(rows(['1']));
  expect(await createPostgresSchema({ postgres })).toEqual({ status: 'ready', version: 1, was: 1 });
  expect(postgres.asked.map(({ name }) => name)).toEqual(['schema-version']);
});

/** One answer for each table and sequence. */
const tables = Array<PostgresOutcome>(postgresSchemaSql().match(/^CREATE /gm)!.length - 1).fill(done);

test('they are made in one transaction, under a lock, and the version with them', async () => {
  const postgres = new ScriptedPostgres(missing, begin, rows([null]), done, rows(['0']), ...tables, command('INSERT', 1), commit);
  expect(await createPostgresSchema({ postgres })).toEqual({ status: 'ready', version: 1, was: 0 });
  expect(postgres.asked.map(({ name }) => name).slice(1, 5)).toEqual(['begin isolation level read committed', 'schema-lock', 'schema-table', 'schema-version']);
  expect(postgres.closed).toBe(1);
});

test('whoever came second finds them', async () => {
  const postgres = new ScriptedPostgres(missing, begin, rows([null]), done, rows(['1']), commit);
  expect(await createPostgresSchema({ postgres })).toEqual({ status: 'ready', version: 1, was: 1 });
});

test('tables of a younger version are left alone', async () => {
  expect(await createPostgresSchema({ postgres: new ScriptedPostgres(rows(['7'])) })).toEqual({ status: 'refused', reason: 'too-new', version: 7 });
  const meanwhile = new ScriptedPostgres(missing, begin, rows([null]), done, rows(['7']), rollback);
  expect(await createPostgresSchema({ postgres: meanwhile })).toEqual({ status: 'refused', reason: 'too-new', version: 7 });
});

test('what fails is told as what it is', async () => {
  expect(await createPostgresSchema({ postgres: new ScriptedPostgres(unknown('timeout')) })).toEqual(unknown('timeout'));
  const forbidden = new ScriptedPostgres(missing, begin, rows([null]), error('42501'), rollback);
  expect(await createPostgresSchema({ postgres: forbidden })).toMatchObject({ status: 'refused', reason: 'unavailable', transient: false });
  const lost = new ScriptedPostgres(missing, begin, rows([null]), done, rows(['1']), unknown('connection-lost'));
  expect(await createPostgresSchema({ postgres: lost })).toEqual(unknown('connection-lost'));
  const halfway = new ScriptedPostgres(missing, begin, rows([null]), done, rows(['0']), error('42P07'), rollback);
  expect(await createPostgresSchema({ postgres: halfway })).toMatchObject({ status: 'refused', message: '42P07 no' });
  const locked = new ScriptedPostgres(missing, begin, error('55P03'), rollback);
  expect(await createPostgresSchema({ postgres: locked })).toMatchObject({ status: 'refused', transient: true });
});

test('the printed form names every table under the prefix', () => {
  const sql = postgresSchemaSql('shop.stock');
  for (const table of ['schema', 'leases', 'stock', 'stock_ledger', 'stock_buckets'])
    expect(sql).toMatch(new RegExp(`CREATE TABLE .*shop\\.stock_${table} \\(`));
  expect(sql).not.toContain('holdfast');
});
