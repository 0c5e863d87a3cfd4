import { expect, test } from 'vitest';
import { createPostgresLocks, createPostgresStock, postgresLeaseLockEnvelope } from '../../../src/postgres.js';
import { rows, ScriptedPostgres } from '../../support/scripted-postgres.js';

test('a first lock and a first sale, in a few lines', async () => {
  const postgres = new ScriptedPostgres(rows(['granted', '7', null]), rows(['moved', '4', '2', 'first']), rows(['t', '']));
  const locks = createPostgresLocks({ postgres });
  const stock = createPostgresStock({ postgres });
  const sale = await locks.withLock('mug', { ttlMs: 5000 }, (lease) => stock.take('mug', 1, { operationId: 'order-1', token: lease.token }));
  expect(sale).toMatchObject({ status: 'done', value: { status: 'taken', onHand: 4 }, release: { status: 'released' } });
  expect(postgres.asked[1]?.params).toEqual(['mug', 'order-1', '7', '-1']);
  expect(locks.assumes).toEqual(postgresLeaseLockEnvelope);
});
