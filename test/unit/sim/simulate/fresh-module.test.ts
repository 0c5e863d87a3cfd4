import { realpathSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as holdfast from 'holdfast';
import { Redis } from 'ioredis';
import { freshModule } from '../../../../sim/simulate/fresh-module.js';
import { simulate } from '../../../../sim/simulate/simulate.js';
import type { SimulatedWorld } from '../../../../sim/simulate/simulated-world.js';
import { temporaryFiles } from '../../../support/temporary-files.js';

test('variables of a module, and of what it imports, are new at each call', async () => {
  const files = temporaryFiles({
    'shop.ts': `import { next } from './lib/counter.js';
      let sold: number = 0;
      export const sell = (): [number, number] => [++sold, next()];`,
    'lib/counter.ts': `let at = 10; export function next(): number { return at++; }`,
  });
  const shop = await freshModule<{ sell(): [number, number] }>(files.url('shop.ts'));
  const [first, second] = [shop(), shop()];
  expect([first.sell(), first.sell(), second.sell()]).toEqual([
    [1, 10],
    [2, 11],
    [1, 10],
  ]);
});

test('a client made when the module is evaluated is another one each time, of the very package that the test has', async () => {
  const files = temporaryFiles({
    'shop.ts': `import Redis, { Cluster } from 'ioredis';
      export const redis = new Redis({ lazyConnect: true });
      export { Redis, Cluster };`,
  });
  const shop = await freshModule<{ redis: Redis; Redis: typeof Redis; Cluster: unknown }>(files.url('shop.ts'));
  const [first, second] = [shop(), shop()];
  expect(first.redis).toBeInstanceOf(Redis);
  expect(first.redis).not.toBe(second.redis);
  expect(first.Redis).toBe(Redis);
  expect(typeof first.Cluster).toBe('function');
});

test('in a simulation every life of every process, in every run, has a module of its own', async () => {
  const files = temporaryFiles({
    'shop.ts': `import { Redis } from 'ioredis';
      export const redis = new Redis('redis://redis:6379');
      let sold = 0;
      export async function main(name: string): Promise<void> {
        sold += 1;
        await redis.rpush('sales', name + ' ' + sold);
        await new Promise((resolve) => setTimeout(resolve, 50));
        redis.disconnect();
      }`,
  });
  const shop = await freshModule<{ main(name: string): Promise<void> }>(files.url('shop.ts'));
  const body = async (world: SimulatedWorld): Promise<void> => {
    const server = world.redis('redis');
    const processes = ['shop-1', 'shop-2'].map((name) => world.process(name, () => shop().main(name)));
    await world.until(() => server.run('LLEN', 'sales') === 2);
    processes[0]!.restart();
    await Promise.all(processes.map((process) => process.finished));
    expect([...(server.run('LRANGE', 'sales', 0, -1) as string[])].sort()).toEqual(['shop-1 1', 'shop-1 1', 'shop-2 1']);
  };
  const options = { faults: 'none', seeds: 5 } as const;
  const { digest } = await simulate(body, options);
  expect((await simulate(body, options)).digest).toBe(digest);
});

test('CommonJS is taken as import takes it; what it requires from packages is shared', async () => {
  const files = temporaryFiles({
    'package.json': '{}',
    'shop.cjs': `const counter = require('./counter.cjs');
      const { Redis } = require('ioredis');
      let optional = 'not there';
      try { optional = require('no-such-package'); } catch {}
      module.exports = { sell: () => counter.next(), Redis, optional, file: __filename, folder: __dirname };`,
    'counter.cjs': `let at = 0; exports.next = () => ++at;`,
  });
  const shop = await freshModule<{ sell(): number; default: { sell(): number }; Redis: unknown; optional: string; file: string; folder: string }>(
    files.url('shop.cjs'),
  );
  const first = shop();
  expect([first.sell(), first.default.sell(), shop().sell()]).toEqual([1, 2, 1]);
  expect(first.Redis).toBe(Redis);
  expect(first).toMatchObject({ optional: 'not there', file: files.path('shop.cjs'), folder: realpathSync(files.folder) });
});

test('every file has its own import.meta, and may declare its own __dirname', async () => {
  const files = temporaryFiles({
    'shop.ts': `#!/usr/bin/env node
      import { place } from './lib/place.js';
      export const places = [import.meta.url, place, import.meta.resolve('./other.js')];`,
    'lib/place.ts': `const __dirname = new URL('.', import.meta.url).href; export const place = __dirname;`,
  });
  const { places } = (await freshModule<{ places: string[] }>(files.url('shop.ts')))();
  expect(places).toEqual([files.url('shop.ts').href, new URL('lib/', files.url('shop.ts')).href, files.url('other.js').href]);
});

test('default and named exports, namespaces, built-in modules and dynamic imports', async () => {
  const files = temporaryFiles({
    'shop.mts': `import * as path from 'node:path';
      import fs, { existsSync } from 'fs';
      export default class Shop {}
      export const checks = [path.default.join === path.join, fs.existsSync === existsSync, this === undefined];
      export const later = async () => [(await import('./late.mjs')).late, (await import('node:os')).EOL];
      export const never = () => import('no-such-package');
      export const computed = (name: string) => import(name);`,
    'late.mts': `export const late = {};`,
  });
  const shop = await freshModule<{
    default: { name: string };
    checks: boolean[];
    later(): Promise<unknown[]>;
    never(): Promise<unknown>;
    computed(name: string): Promise<{ sep: string }>;
  }>(files.url('shop.mts'));
  const first = shop();
  expect(first.default.name).toBe('Shop');
  expect(first.checks).toEqual([true, true, true]);
  const [late, eol] = await first.later();
  expect(eol).toBe('\n');
  expect((await first.later())[0]).toBe(late);
  expect((await shop().later())[0]).not.toBe(late);
  await expect(first.never()).rejects.toThrow(/no-such-package/);
  expect((await first.computed('node:path')).sep).toBe('/');
});

test('holdfast is the copy that is running', async () => {
  const files = temporaryFiles({
    'shop.ts': `export { Lease, createLockClient } from 'holdfast'; export * as all from 'holdfast';`.replace(
      'Lease, createLockClient',
      Object.keys(holdfast)[0]!,
    ),
  });
  const shop = (await freshModule<Record<string, unknown>>(files.url('shop.ts')))();
  expect(shop['all']).toEqual({ ...holdfast });
});

test('a package is shared by all lives, unless it is named', async () => {
  const files = temporaryFiles({
    'shop.ts': `export { cache } from 'stateful'; export { cache as other } from '@scope/stateful/cache.js';`,
    'node_modules/stateful/package.json': '{}',
    'node_modules/stateful/index.js': `exports.cache = [];`,
    'node_modules/@scope/stateful/package.json': '{}',
    'node_modules/@scope/stateful/cache.js': `exports.cache = [];`,
  });
  const load = (...packages: string[]): Promise<() => { cache: object; other: object }> => freshModule(files.url('shop.ts'), { packages });
  const kept = async (...packages: string[]): Promise<boolean[]> => {
    const shop = await load(...packages);
    const [first, second] = [shop(), shop()];
    return [first.cache === second.cache, first.other === second.other];
  };
  expect(await kept()).toEqual([true, true]);
  expect(await kept('stateful')).toEqual([false, true]);
  expect(await kept('stateful', '@scope/stateful')).toEqual([false, false]);
  await expect(load('stateless')).rejects.toThrow(/^freshModule: packages names "stateless", which nothing here imports$/);
});

test('source reached by the name of a package, as in a workspace, is fresh too', async () => {
  const files = temporaryFiles({
    'tsconfig.json': `{ "compilerOptions": { "paths": { "@shop/*": ["./lib/*"] } } }`,
    'shop.ts': `export { box } from '@shop/box';`,
    'lib/box.ts': `export const box = {};`,
  });
  const shop = await freshModule<{ box: object }>(files.url('shop.ts'));
  expect(shop().box).not.toBe(shop().box);
});

test('an error names the file and the line as they were written', async () => {
  const files = temporaryFiles({
    'shop.ts': `import { fail } from './lib/fail.js';
interface Unused { readonly a: number }

export function sell(): never {
  return fail();
}`,
    'lib/fail.ts': `type Nothing = never;\n\n\nexport const fail = (): Nothing => { throw new TypeError('sold out'); };`,
  });
  const { sell } = (await freshModule<{ sell: () => never }>(files.url('shop.ts')))();
  const stack = errorOf(sell).stack ?? '';
  expect(stack).toContain('TypeError: sold out');
  expect(stack).toMatch(new RegExp(`fail \\((file://)?${files.path('lib/fail.ts')}:4:\\d+\\)`));
  expect(stack).toMatch(new RegExp(`sell \\((file://)?${files.path('shop.ts')}:5:\\d+\\)`));
  expect(stack).not.toContain('fresh.cjs');
});

function errorOf(thrower: () => unknown): Error {
  try {
    thrower();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

test.each([
  ['a syntax error', { 'shop.ts': 'const a = 1;\nconst b = ;' }, /shop\.ts:2: Unexpected ";"$/],
  ['a file that is not there', { 'shop.ts': '\nimport "./lib.js";' }, /shop\.ts:2: Could not resolve "\.\/lib\.js"$/],
  [
    'a package that is not there',
    { 'shop.ts': 'import x from "no-such-package"; x();' },
    /shop\.ts imports "no-such-package", which is not there: Cannot find package/,
  ],
  [
    'an export that is not there',
    { 'shop.ts': 'import { noSuch } from "./a.js"; noSuch();', 'a.ts': 'export const a = 1;' },
    /shop\.ts:1: No matching export in ".*a\.ts" for import "noSuch"$/,
  ],
  [
    'await at the top level',
    { 'shop.ts': '\nexport const x = await Promise.resolve(1);' },
    /shop\.ts:2 awaits at its top level: .* into the function that starts the process$/,
  ],
  ['a file that is no module', { 'shop.ts': 'import "./a.sql";', 'a.sql': 'select 1' }, /shop\.ts:1: No loader is configured for "\.sql" files: .*a\.sql$/],
])('says in one line: %s', async (_, files, message) => {
  const error = await freshModule(temporaryFiles(files as Record<string, string>).url('shop.ts')).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'UserInputError', message: expect.stringMatching(message) as string });
});

test.each([
  ['./shop.ts', /^freshModule takes a file URL or an absolute path, not ".\/shop.ts": give new URL\('.\/shop.ts', import.meta.url\)$/],
  ['file:///no/such/shop.ts', /^freshModule: there is no file \/no\/such\/shop.ts$/],
  [import.meta.dirname, /there is no file/],
  [`${import.meta.dirname}/../../../../package.json`, /its name must end in .ts, .mts, .cts, .js, .mjs or .cjs$/],
])('refuses %s', async (url, message) => {
  await expect(freshModule(url)).rejects.toThrow(message);
});
