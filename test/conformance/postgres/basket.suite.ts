import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { milliseconds } from '../../../src/base/time.js';
import { systemClock } from '../../../src/bindings/system-clock.js';
import type { BasketStock } from '../../../src/inventory/basket.js';
import { CoalescedPostgresStock } from '../../../src/inventory/coalesced-postgres-stock.js';
import { ForUpdateStock } from '../../../src/inventory/for-update-stock.js';
import { createPostgresSchema } from '../../../src/inventory/postgres-schema.js';
import { PostgresStock } from '../../../src/inventory/postgres-stock.js';
import type { PostgresPort } from '../../../src/ports/postgres.js';

const timeout = milliseconds(5000);
const common = { clock: systemClock, attemptTimeoutMs: 10_000, attempts: 10 };

const place = expect.any(Number) as number;

/** Lines in any order, some of one sku; one in three is a single take. */
const baskets = fc.array(
  fc.record({
    lines: fc.array(fc.record({ item: fc.nat({ max: 3 }), quantity: fc.integer({ min: 1, max: 3 }) }), { minLength: 1, maxLength: 6 }),
    client: fc.nat({ max: 2 }),
    isTwice: fc.boolean(),
  }),
  { minLength: 1, maxLength: 10 },
);

/** Baskets on a PostgreSQL to which `open` makes a port. */
export function basketSuite(
  name: string,
  open: () => Promise<{ readonly postgres: PostgresPort; readonly close: () => Promise<void> }>,
  numRuns: number,
): void {
  describe(`baskets on ${name}`, () => {
    let postgres: PostgresPort;
    let close: () => Promise<void> = () => Promise.resolve();
    let stock: BasketStock;
    let worlds = 0;
    beforeAll(async () => {
      ({ postgres, close } = await open());
      expect(await createPostgresSchema({ postgres })).toMatchObject({ status: 'ready' });
      stock = new PostgresStock({ ...common, postgres });
    });
    afterAll(() => close());

    /** Skus that nobody has used, with so many units each. */
    async function stocked(...units: readonly number[]): Promise<readonly string[]> {
      worlds += 1;
      const skus = units.map((_, n) => `basket ${worlds} ${String.fromCharCode(97 + n)}`);
      await Promise.all(units.map(async (quantity, n) => quantity > 0 && (await stock.restock(skus[n]!, quantity, { operationId: 'in' }))));
      return skus;
    }

    test('all lines are taken, in one step, under one id', async () => {
      const [a = '', b = '', c = ''] = await stocked(5, 5, 5);
      const lines = [
        { sku: c, quantity: 1 },
        { sku: a, quantity: 2 },
        { sku: b, quantity: 3 },
        { sku: a, quantity: 1 },
      ];
      const left = [
        { sku: a, onHand: 2, sequence: 2 },
        { sku: b, onHand: 2, sequence: 2 },
        { sku: c, onHand: 4, sequence: 2 },
      ];
      expect(await stock.takeAll(lines, { operationId: 'order' })).toEqual({ status: 'taken', lines: left, repeated: false });
      expect(await stock.takeAll([...lines].reverse(), { operationId: 'order' })).toEqual({ status: 'taken', lines: left, repeated: true });
      expect(await stock.ledger(a)).toMatchObject({ onHand: 2, entries: [{ operationId: 'in' }, { operationId: 'order', delta: -3, onHand: 2 }] });
    });

    test('nothing is taken when a line is short; which, is told, and remembered', async () => {
      const [a = '', b = '', c = '', never = ''] = await stocked(5, 1, 2, 0);
      const lines = [a, b, c, never].map((sku) => ({ sku, quantity: 2 }));
      const short = [
        { sku: b, onHand: 1, sequence: 2 },
        { sku: never, onHand: 0, sequence: 1 },
      ];
      expect(await stock.takeAll(lines, { operationId: 'order' })).toEqual({ status: 'refused', reason: 'insufficient', short, repeated: false });
      for (const sku of [b, never]) await stock.restock(sku, 5, { operationId: 'more' });
      expect(await stock.takeAll(lines, { operationId: 'order' })).toEqual({ status: 'refused', reason: 'insufficient', short, repeated: true });
      expect(await stock.read(a)).toEqual({ status: 'read', onHand: 5, sequence: 1 });
      expect(await stock.takeAll(lines, { operationId: 'order again' })).toMatchObject({ status: 'taken', repeated: false });
    });

    test('two lines of one sku are one sum: each would fit, both do not', async () => {
      const [a = ''] = await stocked(3);
      const lines = [2, 2].map((quantity) => ({ sku: a, quantity }));
      expect(await stock.takeAll(lines, { operationId: 'order' })).toMatchObject({ reason: 'insufficient', short: [{ sku: a, onHand: 3 }] });
    });

    test('each line has its own fence, and one that is stale stops all', async () => {
      const [a = '', b = ''] = await stocked(5, 5);
      await stock.read(a, { token: 7n });
      const withTokens = (ofA: bigint, ofB: bigint) => [
        { sku: b, quantity: 1, token: ofB },
        { sku: a, quantity: 1, token: ofA },
      ];
      expect(await stock.takeAll(withTokens(6n, 6n), { operationId: 'o1' })).toEqual({ status: 'refused', reason: 'stale-token', skus: [a] });
      expect(await stock.takeAll(withTokens(7n, 6n), { operationId: 'o2' })).toMatchObject({ status: 'taken', lines: [{ sku: a, onHand: 4 }, { onHand: 4 }] });
      expect(await stock.take(b, 1, { operationId: 'o3', token: 5n })).toEqual({ status: 'refused', reason: 'stale-token' });
      expect(await stock.takeAll(withTokens(6n, 6n), { operationId: 'o2' })).toMatchObject({ status: 'taken', repeated: true });
      expect(await stock.ledger(b)).toMatchObject({ entries: [{}, { operationId: 'o2', delta: -1, token: 6n }] });
    });

    test('one basket, five times at once, is taken once', async () => {
      const skus = await stocked(9, 9, 9);
      const lines = skus.map((sku) => ({ sku, quantity: 2 }));
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => stock.takeAll(lines, { operationId: 'order' })));
      expect(answers).toEqual(
        answers.map(() => ({ status: 'taken', lines: skus.map((sku) => ({ sku, onHand: 7, sequence: place })), repeated: expect.any(Boolean) as boolean })),
      );
      expect(answers.filter((answer) => answer.status === 'taken' && !answer.repeated)).toHaveLength(1);
      for (const sku of skus) expect(await stock.read(sku)).toMatchObject({ onHand: 7 });
    });

    test('baskets of sixteen lines in opposite orders, at once, all end, and sell what there is', async () => {
      const skus = await stocked(...Array<number>(16).fill(12));
      const lines = skus.map((sku) => ({ sku, quantity: 1 }));
      const orders = [lines, [...lines].reverse(), [...lines.slice(8), ...lines.slice(0, 8)]];
      const answers = await Promise.all(Array.from({ length: 18 }, (_, n) => stock.takeAll(orders[n % 3]!, { operationId: `order ${n}` })));
      expect(answers.filter(({ status }) => status === 'taken')).toHaveLength(12);
      expect(answers.filter((answer) => answer.status === 'refused' && answer.reason === 'insufficient' && answer.short.length === 16)).toHaveLength(6);
      for (const sku of skus) expect(await stock.read(sku)).toMatchObject({ onHand: 0 });
    });

    test('any baskets at once, beside other forms of taking: all or nothing, never too much, exact books', async () => {
      const forUpdate = new ForUpdateStock({ ...common, postgres });
      const stocks = [stock, new CoalescedPostgresStock({ ...common, postgres }), forUpdate];
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat({ max: 9 }), { minLength: 4, maxLength: 4 }), baskets, async (units, asked) => {
          const skus = await stocked(...units);
          const told = await Promise.all(
            asked.flatMap(({ lines, client, isTwice }, n) =>
              (isTwice ? [client, (client + 1) % 3] : [client]).map(async (at) => {
                const named = lines.map(({ item, quantity }) => ({ sku: skus[item]!, quantity }));
                const [single] = named;
                const answer =
                  n % 3 === 0 && single !== undefined
                    ? await stocks[at]!.take(single.sku, single.quantity, { operationId: `o${n}` })
                    : await stocks[at]!.takeAll(named, { operationId: `o${n}` });
                return { n, answer };
              }),
            ),
          );
          const books = await Promise.all(skus.map((sku) => stock.ledger(sku)));
          const sold = asked.map(() => [0, 0, 0, 0]);
          const left = books.map((book, item) => {
            if (book.status !== 'read') throw new Error(`no ledger: ${book.status}`);
            let onHand = 0;
            for (const { operationId, delta, onHand: after } of book.entries) {
              expect(after).toBe((onHand += delta));
              expect(onHand).toBeGreaterThanOrEqual(0);
              if (operationId !== 'in') sold[Number(operationId.slice(1))]![item]! -= delta;
            }
            expect(book.onHand).toBe(onHand);
            return onHand;
          });
          for (const { n, answer } of told) {
            const wanted = [0, 0, 0, 0];
            for (const { item, quantity } of n % 3 === 0 ? asked[n]!.lines.slice(0, 1) : asked[n]!.lines) wanted[item]! += quantity;
            if (answer.status === 'taken') expect(sold[n]).toEqual(wanted);
            else {
              expect(answer).toMatchObject({ status: 'refused', reason: 'insufficient' });
              expect(sold[n]).toEqual([0, 0, 0, 0]);
              const short = 'short' in answer ? answer.short.map(({ sku }) => skus.indexOf(sku)) : [wanted.findIndex((quantity) => quantity > 0)];
              expect(short.length).toBeGreaterThan(0);
              for (const item of short) expect(wanted[item]).toBeGreaterThan(left[item]!);
            }
          }
        }),
        { numRuns },
      );
      forUpdate.close();
    });

    /** Those of the skus whose rows nobody has locked. */
    async function unlocked(skus: readonly string[]): Promise<readonly unknown[]> {
      const sql = 'SELECT sku FROM holdfast_stock WHERE sku = ANY ($1::text[]) ORDER BY sku FOR UPDATE SKIP LOCKED';
      const answer = await postgres.query({ name: 'unlocked', sql }, [`{"${skus.join('","')}"}`], { timeout });
      return answer.status === 'ok' ? answer.value.rows.map(([sku]) => sku) : [answer];
    }

    /** Somebody else's transaction. */
    async function openOther() {
      const session = await postgres.session();
      const run = (sql: string, ...params: string[]) => session.query({ name: 'other', sql }, params, { timeout });
      await run('BEGIN');
      return { run, lock: (sku: string) => run('SELECT 1 FROM holdfast_stock WHERE sku = $1 FOR UPDATE', sku), close: () => session.close() };
    }

    test('PostgreSQL sorts before it locks', async () => {
      const skus = await stocked(1, 1, 1);
      const other = await openOther();
      await other.lock(skus[1]!);
      const lines = [...skus].reverse().map((sku) => ({ sku, quantity: 1 }));
      const asked = stock.takeAll(lines, { operationId: 'order' });
      await expect.poll(() => unlocked(skus)).toEqual([skus[2]]);
      await other.run('COMMIT');
      other.close();
      expect(await asked).toMatchObject({ status: 'taken' });
    });

    test('somebody locks the other way round: one of both is thrown back, and the basket comes again', async () => {
      const [a = '', b = ''] = await stocked(5, 5);
      const sent: string[] = [];
      const counted: PostgresPort = {
        session: () => postgres.session(),
        listen: (...given) => postgres.listen(...given),
        query: (statement, params, options) => (sent.push(statement.name), postgres.query(statement, params, options)),
      };
      const other = await openOther();
      await other.run("SET LOCAL deadlock_timeout = '10s'");
      await other.lock(b);
      const lines = [a, b].map((sku) => ({ sku, quantity: 1 }));
      const asked = new PostgresStock({ ...common, postgres: counted }).takeAll(lines, { operationId: 'order' });
      await expect.poll(() => unlocked([a, b])).toEqual([]);
      // Now they wait for each other, and the basket is the first to find out.
      await other.lock(a);
      await other.run('COMMIT');
      other.close();
      expect(await asked).toMatchObject({ status: 'taken', lines: [{ onHand: 4 }, { onHand: 4 }] });
      expect(sent).toEqual(['stock-basket', 'stock-basket']);
    });
  });
}
