import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runShell, type TestRun } from '../support/run-tests.js';
import { temporaryFiles } from '../support/temporary-files.js';

/** Two buyers read the stock, then both take from it: the bug that everyone writes once. */
const SHOP = `
import { Redis } from 'ioredis';
let sales = 0;
export async function buy(url) {
  sales += 1;
  const redis = new Redis(url);
  const stock = Number(await redis.get('stock'));
  if (stock > 0) await redis.decr('stock');
  redis.disconnect();
  return sales;
}`;

/** One that is right, as Redis does both in one step. */
const RIGHT_SHOP = SHOP.replace(/const stock.*\n.*decr.*\n/, "if ((await redis.decr('stock')) < 0) await redis.incr('stock');\n");

const BODY = `async (world) => {
    const server = world.redis('redis');
    server.run('SET', 'stock', 1);
    const buyers = ['ann', 'bob'].map((name) => world.process(name, async () => {
      const sales = await shop().buy(server.url);
      if (sales !== 1) throw new Error('this process has sold before it began');
    }));
    await Promise.all(buyers.map((buyer) => buyer.finished));
    assert.equal(Number(server.run('GET', 'stock')), 0);
  }`;

const suite = (entry: string, describeFrom: string): string => `
import assert from 'node:assert/strict';
import { describe } from '${describeFrom}';
import { freshModule } from 'holdfast/sim';
import { simTest } from '${entry}';

const shop = await freshModule(new URL('./shop.mjs', import.meta.url));

describe('the shop', () => {
  simTest("sells what it has (and it's all)", { faults: 'none', seeds: 5 }, ${BODY});
  simTest('needs no stock', { seeds: 2 }, async (world) => {
    await world.sleep(1000);
  });
  simTest.todo('takes returns');
});
`;

const NAME = "the shop > sells what it has (and it's all)";

const CONFIG = `
const conditions = ['source', 'module', 'node', 'development|production'];
export default { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: ['source', 'node'] } }, test: { pool: 'forks', include: ['*.test.mjs'] } };
`;

const replayLine = ({ output }: TestRun): string => /^ *replay: (HOLDFAST_REPLAY=.*)$/m.exec(output)?.[1] ?? 'false';

const runners = {
  vitest: {
    files: { 'vitest.config.mjs': CONFIG, 'shop.test.mjs': suite('holdfast/vitest', 'vitest') },
    run: 'npx vitest run',
    line: "npx vitest run shop.test.mjs -t 'the shop sells what it has \\(and it'\\''s all\\)'",
    passed: /Tests .*2 passed/,
    failed: /Tests .*1 failed.*1 passed/,
    replayed: /Tests .*1 failed/,
  },
  'node:test': {
    files: { 'shop.test.mjs': suite('holdfast/node-test', 'node:test') },
    run: 'node --conditions=source --import tsx/esm --test shop.test.mjs',
    line: "node --conditions=source --import tsx/esm --test '--test-name-pattern=sells what it has \\(and it'\\''s all\\)' shop.test.mjs",
    passed: /# pass 2\n# fail 0/,
    failed: /# pass 1\n# fail 1/,
    replayed: /# fail 1/,
  },
};

const STALE = { found: 'a bug', isSmallest: true, plan: { version: 1, seed: 1, faults: [], horizonMs: 0, lateness: null, overrides: {} } };

// Each run of a test runner takes seconds to begin: few of them, each looked at closely. Branches are in the unit tests.
describe.each(Object.entries(runners))('%s', { timeout: 240_000 }, (_, runner) => {
  test('a failure is told, kept, replayed by its line, and run first from then on', async () => {
    const files = temporaryFiles({ ...runner.files, 'shop.mjs': SHOP });
    const kept = files.path('shop.test.regressions.json');
    const first = await runShell(runner.run, files.folder);
    expect(first.code).toBe(1);
    expect(first.output).toMatch(runner.failed);
    expect(first.output).toMatch(/ann read stock = 1 at .* bob wrote it|bob read stock = 1 at .* ann wrote it/);
    expect(first.output).toContain('It is now in shop.test.regressions.json, whose runs come first: commit it.');
    const text = readFileSync(kept, 'utf8');
    expect(JSON.parse(text)).toMatchObject({ holdfast: 'regressions', tests: { [NAME]: [{ plan: { version: 1, faults: [] } }] } });

    const line = replayLine(first);
    expect(line).toMatch(/^HOLDFAST_REPLAY=hp1\.\S+ /);
    expect(line.replace(/^\S+ /, '')).toBe(runner.line);
    const replayed = await runShell(line, files.folder);
    expect(replayed.code).toBe(1);
    expect(replayed.output).toMatch(runner.replayed);
    expect(replayed.output).toContain(line);

    const { mtimeMs } = statSync(kept);
    const again = await runShell(runner.run, files.folder);
    expect(again.output).toContain('it is number 1 of this test in shop.test.regressions.json');
    // A watcher would run the tests for ever.
    expect([readFileSync(kept, 'utf8'), statSync(kept).mtimeMs]).toEqual([text, mtimeMs]);

    writeFileSync(files.path('shop.mjs'), RIGHT_SHOP);
    const mended = await runShell(runner.run, files.folder);
    expect(mended.output).toMatch(runner.passed);
    expect(mended.code).toBe(0);
    expect(mended.output).not.toMatch(/HOLDFAST|stderr|Warning|regressions/);
    // What is kept stays: it guards the repair.
    expect(readFileSync(kept, 'utf8')).toBe(text);
  });

  test('in CI nothing is written; entries of tests that are gone are told of', async () => {
    const files = temporaryFiles({ ...runner.files, 'shop.mjs': SHOP });
    const kept = files.path('shop.test.regressions.json');
    const text = JSON.stringify({ holdfast: 'regressions', about: '', tests: { 'the shop > sold out': [STALE], 'the shop > needs no stock': [STALE] } });
    writeFileSync(kept, text);
    const run = await runShell(runner.run, files.folder, { CI: 'true' });
    expect(run.code).toBe(1);
    expect(run.output).toMatch(runner.failed);
    expect(run.output).toContain('To keep it in shop.test.regressions.json, run that line once on your own machine and commit what it writes');
    expect(run.output).toContain('shop.test.regressions.json has runs of "the shop > sold out": there is no such test (now); rename or delete the entry');
    expect(readFileSync(kept, 'utf8')).toBe(text);
  });

  test('a damaged file is one line', async () => {
    const files = temporaryFiles({ ...runner.files, 'shop.mjs': RIGHT_SHOP, 'shop.test.regressions.json': '{ "holdfast": ' });
    const run = await runShell(runner.run, files.folder);
    expect(run.output).toMatch(/shop\.test\.regressions\.json is damaged \(.*\): mend it, take it from version control, or delete it/);
    expect(run.output).not.toMatch(/run-sim-test|regressions\.ts/);
    expect(run.code).toBe(1);
  });
});
