import { expect, test } from 'vitest';
import { OptionsError } from '../../../../src/base/options-error.js';
import { refused, unknown } from '../../../../src/base/outcome.js';
import { PostgresStock, sweepPostgresRefusals } from '../../../../src/inventory/postgres-stock.js';
import type { PostgresOutcome, PostgresRefusal } from '../../../../src/ports/postgres.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { finish } from '../../../support/lock-bench.js';
import { command, rows, ScriptedPostgres } from '../../../support/scripted-postgres.js';

const down = refused<PostgresRefusal>({ reason: 'unavailable', message: 'connection refused' });
const error = (sqlstate: string): PostgresOutcome => refused<PostgresRefusal>({ reason: 'error', sqlstate, message: 'no' });

function bench(...outcomes: PostgresOutcome[]) {
  const clock = new FakeClock();
  const postgres = new ScriptedPostgres(...outcomes);
  return { clock, postgres, stock: new PostgresStock({ postgres, clock }) };
}

test('an unanswered take is sent again as it was, and gets the first answer', async () => {
  const { clock, postgres, stock } = bench(unknown('timeout'), unknown('connection-lost'), rows(['moved', '4', '7', 'repeated']));
  const answer = await finish(clock, stock.take('a', 1, { operationId: 'o1', token: 5n }));
  expect(answer).toEqual({ status: 'taken', onHand: 4, sequence: 7, repeated: true });
  expect(postgres.asked).toEqual(Array(3).fill({ name: 'stock-move', params: ['a', 'o1', '5', '-1'] }));
});

test('a sku without a row is opened first', async () => {
  const { postgres, stock } = bench(rows(), command('INSERT', 1), rows(['moved', '5', '1', 'first']));
  expect(await stock.restock('a', 5, { operationId: 'in' })).toEqual({ status: 'restocked', onHand: 5, sequence: 1, repeated: false });
  expect(postgres.asked.map(({ name }) => name)).toEqual(['stock-move', 'stock-open', 'stock-move']);
  expect(postgres.asked[1]?.params).toEqual(['{"a"}']);
});

test('a request that came second looks for the answer of the first', async () => {
  const { stock } = bench(error('23505'), rows(['conflict', '4', '7', 'repeated']));
  const answer = await stock.write('a', { onHand: 1, expected: 2, operationId: 'o1' });
  expect(answer).toEqual({ status: 'refused', reason: 'conflict', onHand: 4, sequence: 7, repeated: true });
});

test('a row that cannot be come to is told, and tried again by who has patience', async () => {
  const { clock, stock } = bench(...Array<PostgresOutcome>(9).fill(error('23505')));
  const answer = await finish(clock, stock.take('a', 1, { operationId: 'o1' }));
  expect(answer).toMatchObject({ status: 'refused', reason: 'unavailable', transient: true, message: 'stock-move did not come to its row' });
});

test('unanswered, then unreachable, stays unknown; never sent is refused; a lost race is repeated; another error is not', async () => {
  const lost = bench(unknown('timeout'), down, down);
  expect(await finish(lost.clock, lost.stock.take('a', 1, { operationId: 'o' }))).toEqual(unknown('timeout'));
  const never = bench(down, down, down);
  expect(await finish(never.clock, never.stock.take('a', 1, { operationId: 'o' }))).toMatchObject({ reason: 'unavailable', message: 'connection refused' });
  const raced = bench(error('40P01'), rows(['insufficient', '0', '3', 'first']));
  expect(await finish(raced.clock, raced.stock.take('a', 1, { operationId: 'o' }))).toMatchObject({ reason: 'insufficient', onHand: 0 });
  const broken = bench(error('42501'));
  expect(await broken.stock.take('a', 1, { operationId: 'o' })).toMatchObject({ reason: 'unavailable', transient: false });
});

test('reads: a plain one, of what was never stocked, and with a token', async () => {
  const { postgres, stock } = bench(rows(['read', '3', '9']), rows(), rows(['read', '3', '10']), rows(['stale-token', null, null]));
  expect(await stock.read('a')).toEqual({ status: 'read', onHand: 3, sequence: 9 });
  expect(await stock.read('b')).toEqual({ status: 'read', onHand: 0, sequence: 0 });
  expect(await stock.read('a', { token: 8n })).toEqual({ status: 'read', onHand: 3, sequence: 10 });
  expect(await stock.read('a', { token: 7n })).toEqual({ status: 'refused', reason: 'stale-token' });
  expect(postgres.asked.map(({ name }) => name)).toEqual(['stock-read', 'stock-read', 'stock-fenced-read', 'stock-fenced-read']);
});

test('the ledger is read back as it was booked', async () => {
  const { stock } = bench(
    rows(['7', '1', '10', '10', null, 'in'], ['7', '2', '-3', '7', '9007199254740993', 'order 7, line 2']),
    rows(['0', null, null, null, null, null]),
  );
  expect(await stock.ledger('a')).toEqual({
    status: 'read',
    onHand: 7,
    entries: [
      { sequence: 1, delta: 10, onHand: 10, token: null, operationId: 'in' },
      { sequence: 2, delta: -3, onHand: 7, token: 9007199254740993n, operationId: 'order 7, line 2' },
    ],
  });
  expect(await stock.ledger('opened')).toEqual({ status: 'read', onHand: 0, entries: [] });
});

test('what a read or the ledger is not answered is told as what it is', async () => {
  const { stock } = bench(error('42501'), error('42501'), rows(), error('42501'));
  expect(await stock.read('a')).toMatchObject({ status: 'refused', reason: 'unavailable' });
  expect(await stock.ledger('a')).toMatchObject({ status: 'refused', reason: 'unavailable' });
  expect(await stock.read('a', { token: 1n })).toMatchObject({ status: 'refused', reason: 'unavailable' });
});

test('refusals are swept after a day, unless told otherwise', async () => {
  const postgres = new ScriptedPostgres(command('DELETE', 2), down);
  expect(await sweepPostgresRefusals({ postgres })).toEqual({ status: 'swept', rows: 2 });
  expect(await sweepPostgresRefusals({ postgres, olderThanMs: 2000 })).toMatchObject({ status: 'refused' });
  expect(postgres.asked.map(({ params }) => params)).toEqual([['86400000000'], ['2000000']]);
});

test('arguments that cannot be meant are refused in one line', async () => {
  const { postgres, stock } = bench();
  await expect(stock.take('a', 1.5, { operationId: 'o' })).rejects.toThrow('quantity must be a whole number, 1 or more; got 1.5');
  await expect(stock.take('', 1, { operationId: 'o' })).rejects.toThrow(OptionsError);
  await expect(stock.read('a\0')).rejects.toThrow(OptionsError);
  await expect(stock.ledger('')).rejects.toThrow(OptionsError);
  expect(() => new PostgresStock({ postgres, clock: new FakeClock(), prefix: 'a-b' })).toThrow('prefix');
  expect(postgres.asked).toEqual([]);
});

test('a basket is sent in lock order, added up, with its tokens', async () => {
  const { postgres, stock } = bench(rows(['moved', '7', '3', 'first', 'b'], ['moved', '1', '2', 'first', 'a']));
  const lines = [
    { sku: 'b', quantity: 1 },
    { sku: 'a', quantity: 2, token: 9007199254740993n },
    { sku: 'b', quantity: 2 },
  ];
  expect(await stock.takeAll(lines, { operationId: 'order' })).toEqual({
    status: 'taken',
    lines: [
      { sku: 'a', onHand: 1, sequence: 2 },
      { sku: 'b', onHand: 7, sequence: 3 },
    ],
    repeated: false,
  });
  expect(postgres.asked).toEqual([{ name: 'stock-basket', params: ['{"a","b"}', '{2,3}', '{9007199254740993,NULL}', 'order'] }]);
});

test('a basket: what stands in its way is named; an unanswered one is repeated; a deadlock too, but not for ever', async () => {
  const lines = [
    { sku: 'b', quantity: 1 },
    { sku: 'a', quantity: 2 },
  ];
  const order = { operationId: 'order' };
  const short = bench(unknown('timeout'), rows(['insufficient', '0', '4', 'repeated', 'b']));
  const shortAnswer = { status: 'refused', reason: 'insufficient', short: [{ sku: 'b', onHand: 0, sequence: 4 }], repeated: true };
  expect(await finish(short.clock, short.stock.takeAll(lines, order))).toEqual(shortAnswer);
  const stale = bench(rows(['stale-token', null, null, null, 'b'], ['stale-token', null, null, null, 'a']));
  expect(await stale.stock.takeAll(lines, order)).toEqual({ status: 'refused', reason: 'stale-token', skus: ['b', 'a'] });
  const deadlocks = bench(error('40P01'), error('40P01'), error('40P01'));
  expect(await finish(deadlocks.clock, deadlocks.stock.takeAll(lines, order))).toMatchObject({ reason: 'unavailable', transient: true, message: '40P01 no' });
  await expect(stale.stock.takeAll([], order)).rejects.toThrow(OptionsError);
});

test("a row that the shop has not made is the shop's to make", async () => {
  const postgres = new ScriptedPostgres(rows(), rows());
  const stock = new PostgresStock({ postgres, clock: new FakeClock(), stockTable: { table: 'products', sku: 'id', onHand: 'qty' } });
  const message = '"products" has no row for "a": the shop makes them';
  expect(await stock.take('a', 1, { operationId: 'o' })).toEqual({ status: 'refused', reason: 'unavailable', message, transient: false });
  expect(postgres.statements.get('stock-move')).toContain('UPDATE "products" AS stock');
  expect(
    await stock.takeAll(
      [1, 2].map((n) => ({ sku: `s${n}`, quantity: 1 })),
      { operationId: 'o' },
    ),
  ).toMatchObject({
    message: '"products" has no row for one of "s1", "s2": the shop makes them',
  });
});
