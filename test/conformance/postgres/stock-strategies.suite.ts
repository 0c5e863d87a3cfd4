import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/bindings/system-clock.js';
import { systemRandom } from '../../../src/bindings/system-random.js';
import { BucketStock } from '../../../src/inventory/bucket-stock.js';
import { CoalescedPostgresStock } from '../../../src/inventory/coalesced-postgres-stock.js';
import { ForUpdateStock } from '../../../src/inventory/for-update-stock.js';
import { createPostgresSchema } from '../../../src/inventory/postgres-schema.js';
import { postgresStockColumnsSql, type ShopStockTable } from '../../../src/inventory/postgres-stock-table.js';
import { PostgresStock } from '../../../src/inventory/postgres-stock.js';
import type { Stock } from '../../../src/inventory/stock.js';
import { milliseconds } from '../../../src/base/time.js';
import type { PostgresPort } from '../../../src/ports/postgres.js';
import { stockSuite } from '../stock.suite.js';

const timeout = milliseconds(5000);

/** The shop's own table; what a shop calls things. */
export const SHOP_TABLE: ShopStockTable = { table: 'Products', sku: 'article no', onHand: 'qty', skuType: 'bigint' };

/** Makes it, and adds our columns. */
export const SHOP_SQL: readonly string[] = [
  'CREATE TABLE "Products" (id serial PRIMARY KEY, "article no" bigint NOT NULL UNIQUE, title text, qty integer NOT NULL DEFAULT 0)',
  postgresStockColumnsSql(SHOP_TABLE),
];

export interface Strategy {
  readonly make: (postgres: PostgresPort) => Stock;
  /** Names a sku; makes its row where that is the shop's part. */
  readonly sku?: (postgres: PostgresPort, n: number) => Promise<string>;
  readonly countsPlaces?: boolean;
}

/** Long enough for a loaded machine, and for a deadlock to be found. */
const common = { clock: systemClock, attemptTimeoutMs: 10_000, attempts: 10 };

/** A row of the shop's. */
async function product(postgres: PostgresPort, n: number): Promise<string> {
  const sku = String(10_000 + n);
  await postgres.query({ name: 'product', sql: 'INSERT INTO "Products" ("article no", title) VALUES ($1::bigint, $2::text)' }, [sku, 'a thing'], { timeout });
  return sku;
}

export const strategies: Readonly<Record<string, Strategy>> = {
  'one conditional statement': { make: (postgres) => new PostgresStock({ ...common, postgres }) },
  'SELECT ... FOR UPDATE': { make: (postgres) => new ForUpdateStock({ ...common, postgres, idleSessions: 4 }) },
  coalesced: { make: (postgres) => new CoalescedPostgresStock({ ...common, postgres, maxBatch: 3 }) },
  'bucket rows': { make: (postgres) => new BucketStock({ ...common, postgres, random: systemRandom, buckets: 3 }), countsPlaces: false },
  "the shop's own table": { make: (postgres) => new PostgresStock({ ...common, postgres, stockTable: SHOP_TABLE }), sku: product },
  "coalesced, the shop's own table": { make: (postgres) => new CoalescedPostgresStock({ ...common, postgres, stockTable: SHOP_TABLE }), sku: product },
};

/** What customers ask for, all at once: each by itself, some of them twice under one id. */
const customers = fc.array(fc.record({ quantity: fc.integer({ min: 1, max: 4 }), isTwice: fc.boolean(), client: fc.nat({ max: 2 }) }), {
  minLength: 1,
  maxLength: 12,
});

/** Every form of stock, on a PostgreSQL to which `open` makes a port. */
export function stockStrategiesSuite(
  name: string,
  open: () => Promise<{ readonly postgres: PostgresPort; readonly close: () => Promise<void> }>,
  numRuns: number,
): void {
  describe(`forms of stock on ${name}`, () => {
    let postgres: PostgresPort;
    let close: () => Promise<void> = () => Promise.resolve();
    let skus = 0;
    beforeAll(async () => {
      ({ postgres, close } = await open());
      expect(await createPostgresSchema({ postgres })).toMatchObject({ status: 'ready' });
      for (const sql of SHOP_SQL) {
        expect(await postgres.query({ name: 'shop', sql }, [], { timeout })).toMatchObject({ status: 'ok' });
      }
    });
    afterAll(() => close());

    describe.each(Object.entries(strategies))('%s', (_, { make, sku: named, countsPlaces = true }) => {
      const freshSku = (): Promise<string> => ((skus += 1), named === undefined ? Promise.resolve(`sku ${skus}`) : named(postgres, skus));
      let stocks: readonly Stock[] = [];
      beforeAll(() => void (stocks = [0, 1, 2].map(() => make(postgres))));
      afterAll(() => stocks.forEach((stock) => stock instanceof ForUpdateStock && stock.close()));

      stockSuite(() => stocks[0]!, freshSku, { countsPlaces });

      test('many at once: nothing is sold twice, or refused while there is enough, and the books are exact', async () => {
        await fc.assert(
          fc.asyncProperty(fc.nat({ max: 14 }), customers, async (initial, asked) => {
            const sku = await freshSku();
            if (initial > 0) expect(await stocks[0]!.restock(sku, initial, { operationId: 'in' })).toMatchObject({ status: 'restocked' });
            const told = await Promise.all(
              asked.flatMap(({ quantity, isTwice, client }, n) =>
                (isTwice ? [client, (client + 1) % 3] : [client]).map(async (at) => ({
                  n,
                  quantity,
                  answer: await stocks[at]!.take(sku, quantity, { operationId: `o${n}` }),
                })),
              ),
            );
            const book = await stocks[0]!.ledger(sku);
            if (book.status !== 'read') throw new Error(`no ledger: ${book.status}`);
            const moved = book.entries.filter(({ delta }) => delta < 0);
            // Each id has one answer, and the ledger has it once.
            for (const [n, { quantity }] of asked.entries()) {
              const answers = told.filter((each) => each.n === n).map(({ answer }) => answer);
              const isTaken = moved.filter(({ operationId }) => operationId === `o${n}`);
              expect(answers.map(({ status }) => status)).toEqual(answers.map(() => (isTaken.length === 1 ? 'taken' : 'refused')));
              expect(answers.filter((answer) => 'repeated' in answer && !answer.repeated)).toHaveLength(1);
              if (isTaken.length === 1) expect(isTaken[0]!.delta).toBe(-quantity);
              // There is never more than at the end: who was refused asked for more than that.
              else expect(quantity).toBeGreaterThan(book.onHand);
            }
            let onHand = 0;
            for (const entry of book.entries) {
              expect(entry.onHand).toBe((onHand += entry.delta));
              expect(onHand).toBeGreaterThanOrEqual(0);
            }
            expect(book.onHand).toBe(onHand);
            expect(await stocks[1]!.read(sku)).toMatchObject({ status: 'read', onHand });
          }),
          { numRuns },
        );
      });

      test('tokens at once: what was accepted came in their order', async () => {
        const sku = await freshSku();
        await stocks[0]!.restock(sku, 20, { operationId: 'in' });
        const told = await Promise.all(
          [5n, 3n, undefined, 9n, 7n, 9n].map((token, n) => stocks[n % 3]!.take(sku, 1, { operationId: `t${n}`, ...(token === undefined ? {} : { token }) })),
        );
        expect(told[3]).toMatchObject({ status: 'taken' });
        const book = await stocks[0]!.ledger(sku);
        if (book.status !== 'read') throw new Error(`no ledger: ${book.status}`);
        const tokens = book.entries.flatMap(({ token }) => token ?? []);
        expect(tokens).toEqual([...tokens].sort((one, other) => (one < other ? -1 : 1)));
        expect(book.onHand).toBe(20 - told.filter(({ status }) => status === 'taken').length);
        expect(await stocks[1]!.take(sku, 1, { operationId: 'late', token: 8n })).toEqual({ status: 'refused', reason: 'stale-token' });
      });
    });
  });
}
