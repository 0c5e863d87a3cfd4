import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { freshModule } from '../../sim/simulate/fresh-module.js';
import type { SimulatedWorld } from '../../sim/simulate/simulated-world.js';
import type * as shopModule from './shop/shop.js';
import { expectHole, expectSound } from './support/find-hole.js';
import { httpJson } from './support/http-json.js';

type Shop = typeof shopModule;

const SHOP = new URL('./shop/shop.ts', import.meta.url);
const UNITS = 3;

/** The race, planted: what is in stock is looked up, compared here, and taken afterwards. */
const CORRECT = `    const left = Number(await redis.eval(TAKE, 2, stockOf(sku), orderOf(order), quantity, sku));
`;
const RACY = `    const inStock = Number(await redis.get(stockOf(sku)));
    const left = inStock < quantity ? -1 : await redis.decrby(stockOf(sku), quantity);
`;

/** In a folder that git ignores, where packages are found as from here. */
const PLANTED = new URL(`../../.holdfast/planted-shop-${process.pid}.ts`, import.meta.url);

afterAll(() => rm(PLANTED, { force: true }));

/** Two machines run the shop; four customers order at one or the other, and what they got no answer to again at the other one. */
const openingDay =
  (shop: () => Shop) =>
  async (world: SimulatedWorld): Promise<void> => {
    const redis = world.redis('redis');
    redis.run('SET', 'stock:book', UNITS);
    for (const name of ['shop-1', 'shop-2']) world.process(name, () => void shop().startShop(redis.url, 3000));

    const bought = new Set<string>();
    world.always('no more sales than units', () => (bought.size <= UNITS ? null : `${bought.size} customers were told that they have one of ${UNITS}`));
    world.always('no negative stock', () => {
      const stock = Number(redis.run('GET', 'stock:book'));
      return stock >= 0 ? null : `stock:book is ${stock}`;
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
  await expectSound(openingDay(shop), { name: 'shop', seeds: 60 });
});

test('a planted check-then-decrement race is found, shrunk, replayed, and explained', { timeout: 180_000 }, async () => {
  const source = await readFile(SHOP, 'utf8');
  expect(source.split(CORRECT)).toHaveLength(2);
  const changed = CORRECT.trimEnd().split('\n').length + RACY.trimEnd().split('\n').length;
  expect(changed).toBeLessThanOrEqual(5);
  await mkdir(new URL('.', PLANTED), { recursive: true });
  await writeFile(PLANTED, source.replace(CORRECT, RACY));

  const shop = await freshModule<Shop>(fileURLToPath(PLANTED));
  const failure = await expectHole(openingDay(shop), { name: 'racy shop', seeds: 300 }, { message: /no more sales than units|no negative stock/, faults: 0 });
  for (const name of ['shop-1', 'shop-2']) {
    expect(failure.story).toMatch(new RegExp(`${name}.*GET.*stock:book`, 'i'));
    expect(failure.story).toMatch(new RegExp(`${name}.*DECRBY.*stock:book`, 'i'));
  }
  expect(failure.story).toMatch(/shop-\d read stock:book = \d+ at .* wrote it at .* on the strength of what it had read/);
});
