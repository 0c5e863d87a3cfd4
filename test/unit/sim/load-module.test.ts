import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const main = join(root, 'test/support/load-module-main.ts');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-load-module-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Calls `loadModule(path)` in a process of its own, started as the command is. */
async function loadIn(cwd: string, path: string, ...where: 'worker'[]): Promise<unknown> {
  const loader = fileURLToPath(import.meta.resolve('tsx/esm'));
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', '--import', loader, main, path, ...where], { cwd });
  return JSON.parse(stdout);
}

/** Writes the files into a folder outside the package, and loads the first of them. */
async function load(files: Record<string, string>, ...where: 'worker'[]): Promise<unknown> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return loadIn(root, join(folder, Object.keys(files)[0] ?? ''), ...where);
}

const usesOurs = `import { defineLock } from 'holdfast/sim';\nexport default { defineLock, of: 'user' };\n`;

test.each(['lock.ts', 'lock.mts', 'lock.js', 'lock.mjs'])('loads %s from a folder without a package.json, with our copy of holdfast', async (name) => {
  expect(await load({ [`plain-${name.slice(5)}/${name}`]: usesOurs })).toEqual({ value: { of: 'user' }, sameCopy: true });
});

test('gives our copy to a worker thread as well', async () => {
  expect(await load({ 'worker/lock.ts': usesOurs }, 'worker')).toEqual({ value: { of: 'user' }, sameCopy: true });
});

test('follows imports of TypeScript beside it, named .js or not at all', async () => {
  expect(
    await load({
      'beside/lock.ts': `import { a } from './a.js';\nimport { b } from './b';\nenum Sum { one = 1 }\nexport default { sum: a() + b + Sum.one };`,
      'beside/a.ts': `import { defineLock } from 'holdfast/sim'; export const a = (): number => defineLock.length;`,
      'beside/b.ts': `export const b: number = 10;`,
    }),
  ).toEqual({ value: { sum: 12 }, sameCopy: false });
});

test('resolves to our copy even where another one is installed', async () => {
  expect(
    await load({
      'installed/lock.ts': usesOurs,
      'installed/node_modules/holdfast/package.json': `{ "name": "holdfast", "type": "module", "exports": { "./sim": "./sim.js" } }`,
      'installed/node_modules/holdfast/sim.js': `export const defineLock = () => 'theirs';`,
    }),
  ).toEqual({ value: { of: 'user' }, sameCopy: true });
});

test('a path is taken from the working directory', async () => {
  await mkdir(join(folder, 'relative'), { recursive: true });
  await writeFile(join(folder, 'relative/lock.ts'), usesOurs);
  expect(await loadIn(join(folder, 'relative'), 'lock.ts')).toEqual({ value: { of: 'user' }, sameCopy: true });
});

test.each([
  ['cannot be parsed (TypeScript)', 'bad.ts', 'export default {\n  a: 1 +\n};', /bad\.ts cannot be parsed: .*bad\.ts:3:\d+: Unexpected "}"/],
  ['cannot be parsed (JavaScript)', 'bad.mjs', 'export default = 1;', /bad\.mjs cannot be loaded: Unexpected token '='$/],
  ['throws', 'throws.ts', 'throw new Error("no such\\n  luck");', /throws\.ts threw while it was loaded: no such luck$/],
  ['throws something that is no error', 'odd.ts', 'throw "odd";', /odd\.ts threw while it was loaded: odd$/],
  ['is refused by defineLock', 'lock.ts', `import { defineLock } from 'holdfast/sim';\nexport default defineLock({ name: 'A B' });`, /name must be/],
  ['has no default export', 'named.ts', 'export const lock = 1;', /named\.ts has no default export: end it with/],
  ['imports a name that we do not have', 'name.ts', `import { lok } from 'holdfast/sim';\nexport default lok;`, /name\.ts cannot be loaded: .*'lok'$/],
  ['imports an entry point that we do not have', 'entry.ts', `import x from 'holdfast/simulator';\nexport default x;`, /entry\.ts .*\.\/simulator/],
  ['imports what is not there', 'missing.ts', `import x from './nowhere.js';\nexport default x;`, /imports what is not there: .*nowhere/],
  ['has another kind of name', 'lock.json', '{}', /lock\.json is not a module: its name must end in/],
])('a module that %s is one line', async (_, name, text, expected) => {
  const answer = (await load({ [`errors/${name}`]: text })) as { code: string; message: string };
  expect(answer).toEqual({ code: 'HOLDFAST_USER_INPUT', message: expect.stringMatching(expected) as string });
  expect(answer.message).not.toContain('\n');
});

test('a file that is not there is named as it was given and as it was looked for', async () => {
  const { loadModule } = await import('../../../sim/load-module.js');
  await expect(loadModule('no/such-lock.ts')).rejects.toThrow(`there is no file no/such-lock.ts (looked for ${join(process.cwd(), 'no/such-lock.ts')})`);
  await expect(loadModule(folder)).rejects.toThrow(`${folder} is not a file: give the path of`);
});
