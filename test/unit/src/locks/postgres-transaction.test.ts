import { expect, test } from 'vitest';
import { ok, refused, unknown } from '../../../../src/base/outcome.js';
import { milliseconds } from '../../../../src/base/time.js';
import { inTransaction } from '../../../../src/locks/postgres-transaction.js';
import type { PostgresOutcome, PostgresRefusal } from '../../../../src/ports/postgres.js';
import { command, rows, ScriptedPostgres } from '../../../support/scripted-postgres.js';

const options = { timeout: milliseconds(100) };
const step = { name: 'step', sql: 'SELECT 1' };
const down = refused<PostgresRefusal>({ reason: 'unavailable', message: 'down' });

async function bench(...outcomes: PostgresOutcome[]) {
  const postgres = new ScriptedPostgres(...outcomes);
  const session = await postgres.session();
  const names = () => postgres.asked.map(({ name }) => name);
  return { postgres, session, names };
}

test('begin, work, commit', async () => {
  const { session, names } = await bench(command('BEGIN'), rows(['1']), command('COMMIT'));
  expect(await inTransaction(session, { ...options, isolation: 'SERIALIZABLE' }, async (query) => ok((await query(step)).status))).toEqual(ok('ok'));
  expect(names()).toEqual(['begin isolation level serializable', 'step', 'commit']);
});

test('only a COMMIT without answer is unknown', async () => {
  const commit = await bench(command('BEGIN'), rows(['1']), unknown('connection-lost'));
  expect(await inTransaction(commit.session, options, (query) => query(step))).toEqual(unknown('connection-lost'));
  const work = await bench(command('BEGIN'), unknown('timeout'), down);
  expect(await inTransaction(work.session, options, (query) => query(step))).toMatchObject({ status: 'refused', refusal: { reason: 'unavailable' } });
  expect(work.postgres.closed).toBe(1);
  const begin = await bench(unknown('timeout'));
  expect(await inTransaction(begin.session, options, () => expect.unreachable())).toMatchObject({ status: 'refused', refusal: { reason: 'unavailable' } });
  const never = await bench(down);
  expect(await inTransaction(never.session, options, () => expect.unreachable())).toEqual(down);
});

test('a COMMIT that says ROLLBACK has not committed', async () => {
  const { session } = await bench(command('BEGIN'), command('ROLLBACK'));
  expect(await inTransaction(session, options, async () => ok(1))).toMatchObject({ status: 'refused', refusal: { sqlstate: '25P02' } });
});

test('what is refused or thrown is rolled back, and told as it is', async () => {
  const { session, names } = await bench(command('BEGIN'), command('ROLLBACK'), command('BEGIN'), command('ROLLBACK'));
  expect(await inTransaction(session, options, async () => refused('not today'))).toEqual(refused('not today'));
  await expect(inTransaction(session, options, () => Promise.reject(new Error('oops')))).rejects.toThrow('oops');
  expect(names()).toEqual(['begin isolation level read committed', 'rollback', 'begin isolation level read committed', 'rollback']);
});
