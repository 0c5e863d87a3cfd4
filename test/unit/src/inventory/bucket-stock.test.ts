import { expect, test } from 'vitest';
import { refused, unknown } from '../../../../src/base/outcome.js';
import { BucketStock } from '../../../../src/inventory/bucket-stock.js';
import type { PostgresOutcome, PostgresRefusal } from '../../../../src/ports/postgres.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { finish } from '../../../support/lock-bench.js';
import { command, rows, ScriptedPostgres } from '../../../support/scripted-postgres.js';

const error = (sqlstate: string): PostgresOutcome => refused<PostgresRefusal>({ reason: 'error', sqlstate, message: 'no' });
const busy = rows(['busy', '9', '4', null]);
const scattered = rows(['scattered', '9', '4', null]);
const moved = rows(['moved', '8', '5', 'first']);

function bench(...outcomes: PostgresOutcome[]) {
  const clock = new FakeClock();
  const postgres = new ScriptedPostgres(...outcomes);
  const stock = new BucketStock({ postgres, clock, random: { integer: (bound) => bound - 2, id: () => 'id' } });
  return { clock, postgres, stock, names: () => postgres.asked.map(({ name }) => name) };
}

test('a take tries a free bucket, then waits for its own, then takes from all', async () => {
  const free = bench(moved);
  expect(await free.stock.take('a', 1, { operationId: 'o' })).toEqual({ status: 'taken', onHand: 8, sequence: 5, repeated: false });
  expect(free.postgres.asked).toEqual([{ name: 'bucket-take-free', params: ['a', 'o', '1', '14'] }]);
  const own = bench(busy, moved);
  expect(await own.stock.take('a', 1, { operationId: 'o' })).toMatchObject({ status: 'taken' });
  expect(own.names()).toEqual(['bucket-take-free', 'bucket-take-own']);
  const all = bench(busy, busy, moved);
  expect(await all.stock.take('a', 3, { operationId: 'o' })).toMatchObject({ status: 'taken' });
  expect(all.postgres.asked[2]).toEqual({ name: 'bucket-move', params: ['a', 'o', null, '-3'] });
});

test('what lies in several buckets is gathered at once', async () => {
  const { stock, names } = bench(scattered, moved);
  expect(await stock.take('a', 3, { operationId: 'o' })).toMatchObject({ status: 'taken' });
  expect(names()).toEqual(['bucket-take-free', 'bucket-move']);
});

test('what carries a token, and what is no take, locks all', async () => {
  const { stock, names, postgres } = bench(moved, moved, moved, rows(['read', '8', '6']));
  await stock.take('a', 1, { operationId: 'o1', token: 7n });
  await stock.restock('a', 1, { operationId: 'o2' });
  await stock.write('a', { onHand: 8, expected: 9, operationId: 'o3' });
  expect(await stock.read('a', { token: 7n })).toEqual({ status: 'read', onHand: 8, sequence: 6 });
  expect(names()).toEqual(['bucket-move', 'bucket-move', 'bucket-write', 'bucket-fenced-read']);
  expect(postgres.asked[2]?.params).toEqual(['a', 'o3', null, '8', '9']);
});

test('a sku without rows gets as many as there are buckets; one id that came second looks again; no answer is repeated', async () => {
  const { clock, postgres, stock } = bench(rows(), command('INSERT', 16), error('23505'), unknown('timeout'), rows(['moved', '8', '5', 'repeated']));
  expect(await finish(clock, stock.take('a', 1, { operationId: 'o' }))).toMatchObject({ status: 'taken', repeated: true });
  expect(postgres.asked[1]).toEqual({ name: 'bucket-open', params: ['a', '16'] });
});

test('rows that cannot be come to, and errors, are told', async () => {
  const never = bench(...Array<PostgresOutcome>(9).fill(error('23505')));
  expect(await finish(never.clock, never.stock.take('a', 1, { operationId: 'o' }))).toMatchObject({ message: 'bucket-take-free did not come to its rows' });
  const broken = bench(error('42501'), error('42501'), rows(), error('42501'));
  for (const ask of [() => broken.stock.read('a'), () => broken.stock.ledger('a'), () => broken.stock.restock('a', 1, { operationId: 'o' })]) {
    expect(await ask()).toMatchObject({ status: 'refused', reason: 'unavailable', transient: false });
  }
  expect(() => new BucketStock({ postgres: broken.postgres, clock: broken.clock, random: { integer: () => 0, id: () => '' }, buckets: 0 })).toThrow('buckets');
});

test('the ledger adds up in the order of places', async () => {
  const { stock } = bench(
    rows(['7', '3', '10', '10', null, 'in'], ['7', '5', '-1', '7', null, 'o1'], ['7', '8', '-2', '8', null, 'o2']),
    rows(['0', null, null, null, null, null]),
  );
  expect(await stock.ledger('a')).toMatchObject({ onHand: 7, entries: [{ onHand: 10 }, { onHand: 9 }, { onHand: 7, sequence: 8 }] });
  expect(await stock.ledger('b')).toEqual({ status: 'read', onHand: 0, entries: [] });
});
