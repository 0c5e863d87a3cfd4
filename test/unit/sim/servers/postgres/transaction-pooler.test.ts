import { loadModule } from 'libpg-query';
import { beforeAll, expect, test } from 'vitest';
import { PostgresEngine } from '../../../../../sim/servers/postgres/postgres-engine.js';
import { type PooledClient, TransactionPooler } from '../../../../../sim/servers/postgres/transaction-pooler.js';

beforeAll(() => loadModule());

const newPooler = (): TransactionPooler =>
  new TransactionPooler(new PostgresEngine({ now: () => 0, setTimer: () => ({ cancel: () => undefined }), random: () => 0 }));

/** The first cell of an answer, its SQLSTATE, or `waits`. */
function ask(client: PooledClient, sql: string): { readonly seen: string | null } {
  const told: { seen: string | null } = { seen: 'waits' };
  client.execute(sql, [], (answer) => (told.seen = 'error' in answer ? answer.error.sqlstate : (answer.rows[0]?.[0] ?? answer.command)));
  return told;
}

const pidOf = (client: PooledClient): string | null => ask(client, 'SELECT pg_backend_pid()').seen;

test('between transactions two clients may meet in one server session', () => {
  const pooler = newPooler();
  const [one, other] = [pooler.open(), pooler.open()];
  expect(pidOf(one)).toBe(pidOf(other));
});

test('a transaction keeps its session, and others get another one', () => {
  const pooler = newPooler();
  const [one, other] = [pooler.open(), pooler.open()];
  ask(one, 'BEGIN');
  const mine = pidOf(one);
  expect(pidOf(other)).not.toBe(mine);
  expect(pidOf(one)).toBe(mine);
});

test('P1: a lock of the session is granted to two clients, and the unlock of the second finds none', () => {
  const pooler = newPooler();
  const [one, other] = [pooler.open(), pooler.open()];
  expect(ask(one, 'SELECT pg_try_advisory_lock(7)').seen).toBe('t');
  expect(ask(other, 'SELECT pg_try_advisory_lock(7)').seen).toBe('t');
});

test('whoever finds all sessions taken waits for one, first come first', () => {
  const pooler = newPooler();
  const [one, other, third, fourth] = [pooler.open(), pooler.open(), pooler.open(), pooler.open()];
  ask(one, 'BEGIN');
  ask(other, 'BEGIN');
  const waits = ask(third, 'SELECT 3');
  const waitsToo = ask(fourth, 'SELECT 4');
  expect([waits.seen, waitsToo.seen]).toEqual(['waits', 'waits']);
  ask(one, 'COMMIT');
  expect([waits.seen, waitsToo.seen]).toEqual(['3', '4']);
});

test('a client that goes in the middle of its transaction takes the session with it, and leaves a place', () => {
  const pooler = newPooler();
  const [one, other, third] = [pooler.open(), pooler.open(), pooler.open()];
  ask(one, 'BEGIN');
  const lost = pidOf(one);
  ask(other, 'BEGIN');
  const waits = ask(third, 'SELECT pg_backend_pid()');
  one.close();
  expect(waits.seen).not.toBe('waits');
  expect(waits.seen).not.toBe(lost);
});

test('one who gives up waiting is not served any more', () => {
  const pooler = newPooler();
  const [one, other, third] = [pooler.open(), pooler.open(), pooler.open()];
  ask(one, 'BEGIN');
  ask(other, 'BEGIN');
  const waits = ask(third, 'SELECT 3');
  third.close();
  ask(one, 'COMMIT');
  expect(waits.seen).toBe('waits');
});
