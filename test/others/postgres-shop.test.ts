import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { freshModule } from '../../sim/simulate/fresh-module.js';
import type { SimulatedWorld } from '../../sim/simulate/simulated-world.js';
import type * as shopModule from './shop/postgres-shop.js';
import { expectHole, expectSound } from './support/find-hole.js';
import { httpJson } from './support/http-json.js';

type Shop = typeof shopModule;

const SHOP = new URL('./shop/postgres-shop.ts', import.meta.url);
const UNITS = 3;

/** The race, planted: what is in stock is looked up, compared and reckoned here, and written back. A transaction around it does not help. */
const CORRECT = `  const { rows } = await client.query<{ quantity: number }>(TAKE, [sku, quantity]);
  return rows[0]?.quantity ?? -1;
`;
const RACY = `  const { rows } = await client.query<{ quantity: number }>('SELECT quantity FROM stock WHERE sku = $1', [sku]);
  const left = (rows[0]?.quantity ?? 0) - quantity;
  if (left >= 0) await client.query('UPDATE stock SET quantity = $2 WHERE sku = $1', [sku, left]);
  return left;
`;

/** In a folder that git ignores, where packages are found as from here. */
const PLANTED = new URL(`../../.holdfast/planted-postgres-shop-${process.pid}.ts`, import.meta.url);

afterAll(() => rm(PLANTED, { force: true }));

async function planted(source: string): Promise<() => Shop> {
  await mkdir(new URL('.', PLANTED), { recursive: true });
  await writeFile(PLANTED, source);
  return freshModule<Shop>(fileURLToPath(PLANTED));
}

/** Two machines run the shop; four customers order at one or the other, and what they got no answer to again at the other one. */
const openingDay =
  (shop: () => Shop) =>
  async (world: SimulatedWorld): Promise<void> => {
    const postgres = world.postgres('db');
    for (const definition of shop().SCHEMA) postgres.run(definition);
    postgres.run('INSERT INTO stock VALUES ($1, $2)', ['book', UNITS]);
    for (const name of ['shop-1', 'shop-2']) world.process(name, () => void shop().startShop(postgres.url, 3000));

    const bought = new Set<string>();
    world.always('no more sales than units', () => (bought.size <= UNITS ? null : `${bought.size} customers were told that they have one of ${UNITS}`));
    world.always('the books are right', () => {
      const [books] = postgres.run('SELECT quantity AS left, (SELECT coalesce(sum(quantity), 0) FROM orders) AS sold FROM stock');
      const { left, sold } = books ?? {};
      return Number(left) >= 0 && Number(left) + Number(sold) === UNITS ? null : `${String(sold)} of ${UNITS} are sold and ${String(left)} are left`;
    });

    const customers = ['ann', 'bob', 'cid', 'dee'].map((name, index) =>
      world.process(
        name,
        async () => {
          await sleep(world.integer(0, 20));
          for (let asked = 0; asked < 40; asked++) {
            const shopUrl = `http://shop-${1 + ((index + asked) % 2)}:3000`;
            const answer = await httpJson('POST', `${shopUrl}/buy`, { order: `order-of-${name}`, sku: 'book', quantity: 1 }).catch(() => null);
            if (answer?.status === 200) bought.add(name);
            if (answer?.status === 200 || answer?.status === 409) return;
            await sleep(100);
          }
        },
        { faults: false },
      ),
    );
    for (const customer of customers) await customer.finished;
  };

test('the shop sells no more than it has, whatever happens', { timeout: 120_000 }, async () => {
  const shop = await freshModule<Shop>(SHOP);
  await expectSound(openingDay(shop), { name: 'shop on PostgreSQL', seeds: 60 });
});

test('without a listener on its clients, the end of a connection that is in use ends the shop', { timeout: 120_000 }, async () => {
  const source = await readFile(SHOP, 'utf8');
  const listener = "  pool.on('connect', (client) => client.on('error', complain));\n";
  expect(source).toContain(listener);
  const shop = await planted(source.replace(listener, ''));
  await expectHole(
    openingDay(shop),
    { name: 'deaf shop', seeds: 300, faults: ['reset'] },
    { message: /shop-\d died of what nobody caught: .*(ECONNRESET|terminated unexpectedly)/, faults: 3 },
  );
});

test('a planted check-then-update race is found, shrunk, replayed, and explained', { timeout: 180_000 }, async () => {
  const source = await readFile(SHOP, 'utf8');
  expect(source.split(CORRECT)).toHaveLength(2);
  const failure = await expectHole(
    openingDay(await planted(source.replace(CORRECT, RACY))),
    { name: 'racy shop', seeds: 300 },
    { message: /no more sales than units|the books are right/, faults: 0 },
  );
  expect(failure.story).toMatch(/shop-\d -> db {2}SELECT quantity FROM stock WHERE sku = 'book'/);
  expect(failure.story).toMatch(/db -> shop-\d {2}quantity = 3/);
  expect(failure.story).toMatch(
    /shop-\d read stock where sku = 'book' \(quantity = \d\) at .* wrote it at .* \(UPDATE stock SET quantity = \d WHERE sku = 'book', committed at .* on the strength of what it had read/,
  );
});
