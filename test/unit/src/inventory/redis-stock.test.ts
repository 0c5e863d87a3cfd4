import { expect, test } from 'vitest';
import { ok, refused, unknown } from '../../../../src/base/outcome.js';
import { OptionsError } from '../../../../src/base/options-error.js';
import { RedisStock } from '../../../../src/inventory/redis-stock.js';
import type { RedisOutcome, RedisRefusal } from '../../../../src/ports/redis.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { finish } from '../../../support/lock-bench.js';
import { ScriptedRedis } from '../../../support/scripted-redis.js';

const down = refused<RedisRefusal>({ reason: 'unavailable', message: 'connection refused' });

function bench(...outcomes: RedisOutcome[]) {
  const clock = new FakeClock();
  const redis = new ScriptedRedis(...outcomes);
  return { clock, redis, stock: new RedisStock({ redis, clock }) };
}

test('an unanswered take is sent again as it was, and gets the first answer', async () => {
  const { clock, redis, stock } = bench(unknown('timeout'), unknown('connection-lost'), ok(['moved', '4', '7', 'repeated']));
  const answer = await finish(clock, stock.take('a', 1, { operationId: 'o1', token: 5n }));
  expect(answer).toEqual({ status: 'taken', onHand: 4, sequence: 7, repeated: true });
  expect(redis.asked).toHaveLength(3);
  expect(new Set(redis.asked.map((asked) => JSON.stringify(asked))).size).toBe(1);
  expect(redis.asked[0]).toEqual({
    name: 'stock-move',
    keys: ['holdfast:stock:{a}:on-hand', 'holdfast:stock:{a}:access', 'holdfast:stock:{a}:ledger', 'holdfast:stock:{a}:operation:o1'],
    args: ['o1', '5', '86400000', '-1'],
  });
});

test('unanswered, then unreachable, stays unknown', async () => {
  const { clock, stock } = bench(unknown('timeout'), down, down);
  expect(await finish(clock, stock.take('a', 1, { operationId: 'o1' }))).toEqual(unknown('timeout'));
});

test('never sent is refused', async () => {
  const { clock, stock } = bench(down, down, down);
  const answer = await finish(clock, stock.take('a', 1, { operationId: 'o1' }));
  expect(answer).toEqual({ status: 'refused', reason: 'unavailable', message: 'connection refused', transient: true });
});

test('an error that does not pass is not repeated', async () => {
  const { redis, stock } = bench(refused<RedisRefusal>({ reason: 'error-reply', code: 'WRONGTYPE', message: 'WRONGTYPE wrong kind' }));
  const answer = await stock.restock('a', 1, { operationId: 'o1' });
  expect(answer).toEqual({ status: 'refused', reason: 'unavailable', message: 'WRONGTYPE wrong kind', transient: false });
  expect(redis.asked).toHaveLength(1);
});

test('the ledger is read back as it was booked', async () => {
  const { stock } = bench(ok(['7', '1 10 10 - in', '2 -3 7 9007199254740993 order 7, line 2']));
  expect(await stock.ledger('a')).toEqual({
    status: 'read',
    onHand: 7,
    entries: [
      { sequence: 1, delta: 10, onHand: 10, token: null, operationId: 'in' },
      { sequence: 2, delta: -3, onHand: 7, token: 9007199254740993n, operationId: 'order 7, line 2' },
    ],
  });
});

test('arguments that cannot be meant are refused in one line', async () => {
  const { redis, stock } = bench();
  await expect(stock.take('a', 0, { operationId: 'o' })).rejects.toThrow(OptionsError);
  await expect(stock.take('a', 1.5, { operationId: 'o' })).rejects.toThrow('quantity must be a whole number, 1 or more; got 1.5');
  await expect(stock.take('', 1, { operationId: 'o' })).rejects.toThrow(OptionsError);
  await expect(stock.take('}a', 1, { operationId: 'o' })).rejects.toThrow('sku must not begin with "}"');
  await expect(stock.restock('a', 1, { operationId: 'line\nbreak' })).rejects.toThrow(OptionsError);
  await expect(stock.write('a', { onHand: -1, operationId: 'o' })).rejects.toThrow(OptionsError);
  expect(() => new RedisStock({ redis, clock: new FakeClock(), operationRetentionMs: 5 })).toThrow('operationRetentionMs');
  expect(redis.asked).toEqual([]);
});
