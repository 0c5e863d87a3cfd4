import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { milliseconds } from '../../../src/base/time.js';
import { pgPort, type PgPort } from '../../../src/bindings/pg-postgres.js';
import { createPostgresSchema } from '../../../src/inventory/postgres-schema.js';
import { hasPostgres, startPostgres, type RunningPostgres } from '../../support/start-postgres.js';
import { SHOP_SQL, stockStrategiesSuite, strategies } from './stock-strategies.suite.js';

const timeout = milliseconds(5000);

if (hasPostgres) {
  stockStrategiesSuite(
    'a real PostgreSQL',
    async () => {
      const server = await startPostgres();
      const postgres = pgPort(() => new Client(server.config), { connections: 12 });
      const close = async (): Promise<void> => {
        postgres.close();
        await server.stop();
      };
      return { postgres, close };
    },
    100,
  );

  describe('back ends that are terminated, and a server that is killed', () => {
    let server: RunningPostgres;
    let postgres: PgPort;
    let skus = 0;
    beforeAll(async () => {
      server = await startPostgres();
      postgres = pgPort(() => new Client(server.config), { connections: 8, prepare: true });
      expect(await createPostgresSchema({ postgres })).toMatchObject({ status: 'ready' });
      for (const sql of SHOP_SQL) expect(await postgres.query({ name: 'shop', sql }, [], { timeout })).toMatchObject({ status: 'ok' });
    });
    afterAll(async () => {
      postgres.close();
      await server.stop();
    });
    const terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";

    test.each(Object.entries(strategies))('%s: lose nothing that was told, and sell nothing twice', async (_, { make, sku: named }) => {
      skus += 1;
      const sku = named === undefined ? `stormy ${skus}` : await named(postgres, skus);
      const stock = make(postgres);
      expect(await stock.restock(sku, 170, { operationId: 'in' })).toMatchObject({ status: 'restocked' });
      const told = new Set<string>();
      let left = 8 * 25;
      const selling = Array.from({ length: 8 }, async (_unused, client) => {
        for (let n = 0; n < 25; n += 1, left -= 1) {
          const operationId = `${client}-${n}`;
          let answer = await stock.take(sku, 1, { operationId });
          while (answer.status === 'unknown' || (answer.status === 'refused' && answer.reason === 'unavailable')) {
            answer = await stock.take(sku, 1, { operationId });
          }
          if (answer.status === 'taken') told.add(operationId);
          else expect(answer).toMatchObject({ status: 'refused', reason: 'insufficient', onHand: 0 });
        }
      });
      for (const goal of [180, 130, 80]) {
        await expect.poll(() => left, { interval: 1, timeout: 30_000 }).toBeLessThan(goal);
        await postgres.query({ name: 'terminate', sql: terminate }, [], { timeout });
      }
      await expect.poll(() => left, { interval: 1, timeout: 30_000 }).toBeLessThan(60);
      await server.kill();
      await server.start();
      await Promise.all(selling);
      const book = await stock.ledger(sku);
      if (book.status !== 'read') throw new Error(`no ledger: ${book.status}`);
      const sold = book.entries.filter(({ delta }) => delta < 0);
      expect(sold.map(({ operationId }) => operationId).sort()).toEqual([...told].sort());
      expect(sold).toHaveLength(170);
      expect(book.onHand).toBe(0);
    });
  });
} else {
  const missing = 'there is no PostgreSQL on this machine: install the package postgresql';
  test.runIf(process.env['CI'] !== undefined)('forms of stock on a real PostgreSQL', () => expect.fail(missing));
  test.skipIf(process.env['CI'] !== undefined)(`forms of stock on a real PostgreSQL: not run, ${missing}`, () => undefined);
}
