import { expect, test } from 'vitest';
import { OptionsError } from '../../../../src/base/options-error.js';
import { refused, unknown } from '../../../../src/base/outcome.js';
import { milliseconds } from '../../../../src/base/time.js';
import { postgresLeaseLock, postgresLeaseLockEnvelope } from '../../../../src/locks/postgres-lease-lock.js';
import { sweepPostgresLeases } from '../../../../src/locks/postgres-lease-sweep.js';
import type { PostgresOutcome, PostgresRefusal } from '../../../../src/ports/postgres.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { command, rows, ScriptedPostgres } from '../../../support/scripted-postgres.js';

const request = { key: 'k', owner: 'o', ttl: milliseconds(1000), timeout: milliseconds(100) };
const error = (sqlstate: string, message = 'no'): PostgresOutcome => refused<PostgresRefusal>({ reason: 'error', sqlstate, message });

function bench(...outcomes: PostgresOutcome[]) {
  const postgres = new ScriptedPostgres(...outcomes);
  const clock = new FakeClock();
  return { postgres, clock, lock: postgresLeaseLock({ postgres, clock, prefix: 'shop.locks' }) };
}

test('the three statements carry key, owner, token and microseconds, and name the tables of the prefix', async () => {
  const { postgres, lock } = bench(rows(['granted', '17', null]), command('UPDATE', 1), rows(['t', '']));
  expect(await lock.acquire(request)).toMatchObject({ status: 'granted', token: 17n });
  expect(await lock.extend({ ...request, token: 17n })).toMatchObject({ status: 'extended' });
  expect(await lock.release(request)).toEqual({ status: 'released' });
  expect(postgres.asked).toEqual([
    { name: 'lease-acquire', params: ['k', 'o', '1000000'] },
    { name: 'lease-extend', params: ['k', 'o', '17', '1000000'] },
    { name: 'lease-release', params: ['k', 'o', 'shop.locks_released'] },
  ]);
  for (const sql of postgres.statements.values()) expect(sql).toContain(' shop.locks_leases');
});

test('validity counts from the sending, less the margin for drift', async () => {
  const { clock, postgres, lock } = bench(rows(['granted', '1', null]), command('UPDATE', 1));
  clock.sleepThrough(500);
  const query = postgres.query.bind(postgres);
  postgres.query = (...args) => {
    clock.sleepThrough(300);
    return query(...args);
  };
  const drift = 1_000_000 * 0.04 + 2000;
  expect(await lock.acquire(request)).toMatchObject({ expiresAt: 500_000 + 1_000_000 - drift });
  expect(await lock.extend({ ...request, token: 1n })).toMatchObject({ expiresAt: 800_000 + 1_000_000 - drift });
});

test('refusals: held by whom, changed hands, released, lost', async () => {
  const { lock } = bench(rows(['held', 'other', '2500']), rows(), rows(['released', 'o', '-5']), command('UPDATE', 0), rows(['f', null]));
  expect(await lock.acquire(request)).toEqual({ status: 'refused', reason: 'held', holder: 'other', remaining: 2500 });
  expect(await lock.acquire(request)).toEqual({ status: 'refused', reason: 'held', holder: null, remaining: 0 });
  expect(await lock.acquire(request)).toEqual({ status: 'refused', reason: 'released' });
  expect(await lock.extend({ ...request, token: 1n })).toEqual({ status: 'lost' });
  expect(await lock.release(request)).toEqual({ status: 'lost' });
});

test('what PostgreSQL did not answer is told as what it is', async () => {
  const { lock } = bench(
    unknown('timeout'),
    refused<PostgresRefusal>({ reason: 'unavailable', message: 'gone' }),
    error('40001'),
    error('53300'),
    error('42501', 'permission denied'),
    error('42P01', 'relation "x" does not exist'),
  );
  expect(await lock.acquire(request)).toEqual(unknown('timeout'));
  expect(await lock.extend({ ...request, token: 1n })).toEqual({ status: 'refused', reason: 'unavailable', message: 'gone', transient: true });
  expect(await lock.release(request)).toMatchObject({ transient: true });
  expect(await lock.acquire(request)).toMatchObject({ transient: true });
  expect(await lock.acquire(request)).toEqual({ status: 'refused', reason: 'unavailable', message: '42501 permission denied', transient: false });
  expect(await lock.acquire(request)).toMatchObject({
    transient: false,
    message: '42P01 relation "x" does not exist: make the tables with createPostgresSchema first',
  });
});

test('an answer that our statement never gives is a bug, not a grant', async () => {
  const { lock } = bench(rows(['maybe', '1', null]));
  await expect(lock.acquire(request)).rejects.toThrow('lease-acquire answered [["maybe","1",null]]');
});

test('sweeping takes what is over for an hour, unless told otherwise', async () => {
  const postgres = new ScriptedPostgres(command('DELETE', 3), unknown('timeout'));
  expect(await sweepPostgresLeases({ postgres })).toEqual({ status: 'swept', rows: 3 });
  expect(await sweepPostgresLeases({ postgres, olderThanMs: 5000 })).toEqual(unknown('timeout'));
  expect(postgres.asked.map(({ params }) => params)).toEqual([['3600000000'], ['5000000']]);
});

test('options are checked when the lock is made, and the envelope tells the bound that was chosen', () => {
  const [postgres, clock] = [new ScriptedPostgres(), new FakeClock()];
  expect(() => postgresLeaseLock({ postgres, clock, maxClockDriftPpm: 200_001 })).toThrow(OptionsError);
  for (const prefix of ['', 'Shop', 'a.b.c', 'x; DROP TABLE y', 'a'.repeat(25)]) {
    expect(() => postgresLeaseLock({ postgres, clock, prefix })).toThrow(/^prefix must be a name of at most 24 small letters/);
  }
  expect(postgresLeaseLock({ postgres, clock }).assumes).toEqual(postgresLeaseLockEnvelope);
  expect(postgresLeaseLock({ postgres, clock, maxClockDriftPpm: 100 }).assumes.bounds.clockDriftPpm).toBe(100);
  expect(postgresLeaseLockEnvelope.faults).not.toContain('clock-step');
});
