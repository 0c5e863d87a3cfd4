import { expect, test } from 'vitest';
import { refused, unknown } from '../../../../src/base/outcome.js';
import { ForUpdateStock } from '../../../../src/inventory/for-update-stock.js';
import type { PostgresOutcome, PostgresRefusal } from '../../../../src/ports/postgres.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { finish } from '../../../support/lock-bench.js';
import { command, rows, ScriptedPostgres } from '../../../support/scripted-postgres.js';

const [begin, update, insert, commit, rollback] = ['BEGIN', 'UPDATE', 'INSERT', 'COMMIT', 'ROLLBACK'].map((name) => command(name, 1)) as [
  PostgresOutcome,
  PostgresOutcome,
  PostgresOutcome,
  PostgresOutcome,
  PostgresOutcome,
];
const error = (sqlstate: string): PostgresOutcome => refused<PostgresRefusal>({ reason: 'error', sqlstate, message: 'no' });
const found = (onHand: number, token = 0n) => rows([String(onHand), String(token), '6']);

function bench(...outcomes: PostgresOutcome[]) {
  const clock = new FakeClock();
  const postgres = new ScriptedPostgres(...outcomes);
  return { clock, postgres, stock: new ForUpdateStock({ postgres, clock }) };
}

const names = ({ asked }: ScriptedPostgres): readonly string[] => asked.map(({ name }) => name.replace(' isolation level read committed', ''));

test('lock, decide, write, book, in one transaction of a session that is used again', async () => {
  const { postgres, stock } = bench(begin, found(5), update, insert, commit, begin, found(4), update, insert, commit);
  expect(await stock.take('a', 1, { operationId: 'o1', token: 8n })).toEqual({ status: 'taken', onHand: 4, sequence: 7, repeated: false });
  expect(names(postgres)).toEqual(['begin', 'stock-lock', 'stock-update', 'stock-book', 'commit']);
  expect(postgres.asked.slice(2, 4).map(({ params }) => params)).toEqual([
    ['a', '4', '8', '7', '-1'],
    ['a', 'o1', 'moved', '-1', '4', '8', '7'],
  ]);
  expect(await stock.write('a', { onHand: 9, expected: 5, operationId: 'o2' })).toMatchObject({ status: 'refused', reason: 'conflict', onHand: 4 });
  expect(postgres.closed).toBe(0);
  stock.close();
  expect(postgres.closed).toBe(1);
});

test('an absent row is made first', async () => {
  const { postgres, stock } = bench(begin, rows(), commit, command('INSERT', 1), begin, found(0), update, insert, commit);
  expect(await stock.restock('a', 5, { operationId: 'in' })).toMatchObject({ status: 'restocked', onHand: 5 });
  expect(names(postgres).slice(0, 4)).toEqual(['begin', 'stock-lock', 'commit', 'stock-open']);
});

test('a COMMIT that goes unanswered: the repeat is thrown back by the ledger, and finds the answer', async () => {
  const before = rows(['moved', '4', '7', 'repeated']);
  const lost = [begin, found(5), update, insert, unknown('connection-lost')];
  const { clock, postgres, stock } = bench(...lost, begin, found(4), update, error('23505'), rollback, begin, found(4), before, commit);
  expect(await finish(clock, stock.take('a', 1, { operationId: 'o1' }))).toEqual({ status: 'taken', onHand: 4, sequence: 7, repeated: true });
  expect(names(postgres).slice(-4)).toEqual(['begin', 'stock-lock', 'stock-before', 'commit']);
  expect(postgres.closed).toBe(1);
});

test('a stale token is refused, unless the operation was accepted before', async () => {
  const { stock } = bench(begin, found(5, 9n), rows(), commit, begin, found(5, 9n), rows(['moved', '5', '6', 'repeated']), commit);
  expect(await stock.take('a', 1, { operationId: 'o1', token: 8n })).toEqual({ status: 'refused', reason: 'stale-token' });
  expect(await stock.take('a', 1, { operationId: 'o2', token: 8n })).toMatchObject({ status: 'taken', repeated: true });
});

test('a lost race is repeated, another error told', async () => {
  const { clock, postgres, stock } = bench(begin, error('40P01'), rollback, begin, found(0), update, insert, commit, begin, error('42501'), rollback);
  expect(await finish(clock, stock.take('a', 1, { operationId: 'o1' }))).toMatchObject({ reason: 'insufficient', onHand: 0 });
  expect(await stock.take('a', 1, { operationId: 'o2' })).toMatchObject({ reason: 'unavailable', transient: false });
  expect(postgres.closed).toBe(0);
});

test('when one session is lost, those that are idle are not tried one after the other', async () => {
  const gone = refused<PostgresRefusal>({ reason: 'unavailable', message: 'the server went away' });
  const sale = [begin, found(5), update, insert, commit];
  // Two movements at once, statement by statement: two sessions.
  const two = sale.flatMap((outcome) => [outcome, outcome]);
  const { clock, postgres, stock } = bench(...two, gone, ...sale);
  await Promise.all(['o1', 'o2'].map((operationId) => stock.take('a', 1, { operationId })));
  expect(postgres.closed).toBe(0);
  expect(await finish(clock, stock.take('a', 1, { operationId: 'o3' }))).toMatchObject({ status: 'taken' });
  expect(postgres.closed).toBe(2);
});
