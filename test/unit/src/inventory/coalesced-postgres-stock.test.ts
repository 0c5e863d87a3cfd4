import { expect, test } from 'vitest';
import { refused, unknown } from '../../../../src/base/outcome.js';
import { CoalescedPostgresStock } from '../../../../src/inventory/coalesced-postgres-stock.js';
import type { PostgresOutcome, PostgresRefusal } from '../../../../src/ports/postgres.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { finish } from '../../../support/lock-bench.js';
import { command, rows, ScriptedPostgres } from '../../../support/scripted-postgres.js';

const moved = (id: string, onHand = 5, time = 'first') => ['moved', String(onHand), '1', time, id];
const error = (sqlstate: string): PostgresOutcome => refused<PostgresRefusal>({ reason: 'error', sqlstate, message: 'no' });

/** Takes of these, of which the first goes alone. */
function bench(takes: readonly { readonly id: string; readonly quantity?: number; readonly token?: bigint }[], ...outcomes: PostgresOutcome[]) {
  const clock = new FakeClock();
  const postgres = new ScriptedPostgres(...outcomes);
  const stock = new CoalescedPostgresStock({ postgres, clock });
  const answers = takes.map(({ id, quantity = 1, token }) => stock.take('a', quantity, { operationId: id, ...(token === undefined ? {} : { token }) }));
  return { postgres, answers: finish(clock, Promise.all(answers)), stock };
}

test('many takes are one statement; each has its own answer', async () => {
  const { postgres, answers } = bench(
    [{ id: 'x' }, { id: 'y', quantity: 2, token: 4n }, { id: 'z', quantity: 3 }, { id: 'w', token: 7n }],
    rows(moved('x')),
    rows(moved('y', 1), ['insufficient', '1', '2', 'first', 'z'], ['moved', '0', '3', 'repeated', 'w']),
  );
  expect(await answers).toMatchObject([
    { status: 'taken' },
    { status: 'taken', onHand: 1, repeated: false },
    { status: 'refused', reason: 'insufficient', onHand: 1, sequence: 2 },
    { status: 'taken', onHand: 0, repeated: true },
  ]);
  expect(postgres.asked[1]).toEqual({ name: 'stock-coalesced', params: ['a', '{"y","z","w"}', '{2,3,1}', '{2,5,6}', '{4,NULL,7}', '4', '7'] });
});

test('an unanswered batch is sent again as it was; when that stays unanswered, each of its takes is unknown', async () => {
  const takes = [{ id: 'x' }, { id: 'y' }, { id: 'z' }];
  const found = bench(takes, rows(moved('x')), unknown('timeout'), rows(moved('y', 4, 'repeated'), moved('z', 3, 'repeated')));
  expect(await found.answers).toMatchObject([{ repeated: false }, { onHand: 4, repeated: true }, { onHand: 3, repeated: true }]);
  expect(found.postgres.asked[2]).toEqual(found.postgres.asked[1]);
  const lost = bench(takes, rows(moved('x')), ...Array<PostgresOutcome>(3).fill(unknown('connection-lost')));
  expect(await lost.answers).toMatchObject([{ status: 'taken' }, { status: 'unknown' }, { status: 'unknown' }]);
});

test('who gets no answer goes with the next; a batch that came second looks again', async () => {
  const takes = [{ id: 'x' }, { id: 'y' }, { id: 'z' }];
  const { postgres, answers } = bench(takes, rows(moved('x')), error('23505'), rows(moved('y', 4, 'repeated')), rows(moved('z')));
  expect(await answers).toMatchObject([{ status: 'taken' }, { repeated: true }, { repeated: false }]);
  expect(postgres.asked.map(({ params }) => params[1])).toEqual(['{"x"}', '{"y","z"}', '{"y","z"}', '{"z"}']);
});

test('stale tokens are refused, the others are decided without them', async () => {
  const takes = [{ id: 'x' }, { id: 'old', token: 5n }, { id: 'y' }, { id: 'new', token: 9n }];
  const { answers } = bench(takes, rows(moved('x')), rows(['stale-token', '8', null, null, null]), rows(moved('y'), moved('new')));
  expect(await answers).toMatchObject([{ status: 'taken' }, { status: 'refused', reason: 'stale-token' }, { status: 'taken' }, { status: 'taken' }]);
});

test('a fence that is always ahead is told after some rounds', async () => {
  const { answers } = bench([{ id: 'x', token: 5n }], ...Array<PostgresOutcome>(5).fill(rows(['stale-token', '5', null, null, null])));
  expect(await answers).toMatchObject([{ status: 'refused', reason: 'unavailable', transient: true }]);
});

test('one id, and an older token, do not share a statement', async () => {
  const takes = [{ id: 'x' }, { id: 'y', token: 6n }, { id: 'y', token: 6n }, { id: 'z', token: 5n }];
  const { postgres, answers } = bench(takes, rows(moved('x')), rows(moved('y')), rows(moved('y', 5, 'repeated')), rows(['stale-token', '6', null, null, null]));
  expect(await answers).toMatchObject([{ status: 'taken' }, { repeated: false }, { repeated: true }, { reason: 'stale-token' }]);
  expect(postgres.asked.map(({ params }) => params[1])).toEqual(['{"x"}', '{"y"}', '{"y"}', '{"z"}']);
});

test('a sku without a row is opened; too many waiting takes are refused; what cannot be meant is refused in one line', async () => {
  const opened = bench([{ id: 'x' }], rows(), command('INSERT', 1), rows(['insufficient', '0', '1', 'first', 'x']));
  expect(await opened.answers).toMatchObject([{ reason: 'insufficient' }]);
  await expect(opened.stock.take('a', 0, { operationId: 'o' })).rejects.toThrow('quantity must be a whole number, 1 or more; got 0');
  expect(() => new CoalescedPostgresStock({ postgres: opened.postgres, clock: new FakeClock(), maxBatch: 0 })).toThrow('maxBatch');
  const full = new CoalescedPostgresStock({ postgres: new ScriptedPostgres(rows(moved('x')), rows(moved('y'))), clock: new FakeClock(), maxWaiting: 1 });
  const answers = await Promise.all(['x', 'y', 'z'].map((operationId) => full.take('a', 1, { operationId })));
  expect(answers[2]).toMatchObject({ reason: 'unavailable', transient: true, message: '1 takes of this sku are waiting already' });
});
