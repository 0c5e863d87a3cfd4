import { setTimeout as sleep } from 'node:timers/promises';
import postgres, { type Options } from 'postgres';
import { expect, test } from 'vitest';
import type { SimulatedWorld } from '../../sim/simulate/simulated-world.js';
import { expectHole, expectSound } from './support/find-hole.js';

/** `postgres` 3.4.9 as published, over one simulated server whose connections are cut now and then. */
type Sql = ReturnType<typeof connect>;
const connect = (url: string, options: Options<Record<string, never>> = {}) =>
  postgres(url, { max: 1, fetch_types: false, onnotice: () => undefined, ...options });

const working =
  (work: (sql: Sql) => Promise<unknown>, end: (sql: Sql) => Promise<void>, options: Options<Record<string, never>> = {}) =>
  async (world: SimulatedWorld): Promise<void> => {
    const db = world.postgres('db');
    db.run("CREATE TABLE stock (sku text PRIMARY KEY, quantity integer NOT NULL); INSERT INTO stock VALUES ('mug', 10)");
    await world.process(
      'shop',
      async () => {
        const sql = connect(db.url, options);
        for (let round = 0; round < 10; round++) {
          await work(sql).catch(() => undefined);
          await sleep(20);
        }
        await end(sql);
      },
      { faults: false },
    ).finished;
  };

const query = (sql: Sql): Promise<unknown> => sql`SELECT quantity FROM stock WHERE sku = ${'mug'}`;
const transaction = (sql: Sql): Promise<unknown> =>
  sql.begin(async (own) => {
    await own`SELECT quantity FROM stock WHERE sku = ${'mug'} FOR UPDATE`;
    await own`UPDATE stock SET quantity = quantity - 1 WHERE sku = ${'mug'}`;
  });
const patiently = (sql: Sql): Promise<void> => sql.end();
const withinASecond = (sql: Sql): Promise<void> => sql.end({ timeout: 1 });

test('control: queries outside of transactions fail or succeed, whatever happens to connections', { timeout: 120_000 }, async () => {
  await expectSound(working(query, withinASecond), { seeds: 100, faults: ['reset', 'restart', 'delay', 'pause'] });
});

/** porsager/postgres#1066, #1154, #1208: open. */
test('a transaction whose connection the server closes ends the process', { timeout: 120_000 }, async () => {
  const failure = await expectHole(
    working(transaction, withinASecond),
    { name: 'transactions', seeds: 100, faults: ['restart'] },
    { message: /shop died of what nobody caught: TypeError: Cannot read properties of null \(reading 'write'\)/, faults: 1 },
  );
  expect(failure.stack).toContain('postgres/src/connection.js');
});

/** porsager/postgres#1215: open. */
test('a transaction whose connection is reset never ends', { timeout: 120_000 }, async () => {
  const failure = await expectHole(
    working(transaction, withinASecond),
    { name: 'transactions', seeds: 100, faults: ['reset'] },
    { message: /did not come to its end: it waits for shop to finish/, faults: 2 },
  );
  expect(failure.story).toMatch(/the connection .* is cut/);
});

/** porsager/postgres#1097, #1130: open. */
test('after the loss of a connection, end() without a time limit never ends', { timeout: 120_000 }, async () => {
  await expectHole(
    working(query, patiently),
    { name: 'end', seeds: 300, faults: ['reset'] },
    { message: /did not come to its end: it waits for shop to finish/, faults: 2 },
  );
});

/** porsager/postgres#1192, #1205, #1223: open. */
test('with its defaults: a connection that is lost while the client looks up the types ends the process', { timeout: 120_000 }, async () => {
  await expectHole(
    working(query, withinASecond, { fetch_types: true }),
    { name: 'types', seeds: 300, faults: ['reset'] },
    { message: /shop died of what nobody caught: read ECONNRESET/, faults: 2 },
  );
});
