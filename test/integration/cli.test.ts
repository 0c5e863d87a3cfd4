import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCampaign } from '../../sim/explore/run-campaign.js';
import { faultKinds } from '../../sim/nemesis/faults.js';

/** The contract of the command, tried on the command itself: its own process, started as `npm run holdfast` starts it. */
const main = fileURLToPath(new URL('../../sim/cli/main.ts', import.meta.url));
const loader = fileURLToPath(import.meta.resolve('tsx/esm'));

/** The working directory of every command here: scenario files go to its `.holdfast/`. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const nodeArguments = (args: readonly string[]): string[] => ['--conditions=source', '--import', loader, main, ...args];

const holdfast = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, nodeArguments(args), { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });

/** A few at a time: each is a process of its own. */
async function inTurns<Item, Answer>(items: readonly Item[], work: (item: Item) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let from = 0; from < items.length; from += 4) answers.push(...(await Promise.all(items.slice(from, from + 4).map(work))));
  return answers;
}

const json = ({ stdout }: Ended): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;

const modules: Readonly<Record<string, string>> = {
  'throws.ts': `throw new Error('no such\\nluck');`,
  'plain.ts': `export default { name: 'plain' };`,
  'workload.ts': `import { defineWorkload } from 'holdfast/sim';
const nothing = async () => {};
export default defineWorkload({
  name: 'w', tests: 'nothing', params: {}, operation: {}, setup: nothing, client: nothing, check: ['such-a-thing'], sometimes: {},
});`,
  'create.ts': `import { defineLock } from 'holdfast/sim';
export default defineLock({ name: 'c', assumes: { faults: [], bounds: {}, inWords: '' }, needs: [], create() { throw new Error('not today'); } });`,
  'scenario.json': `{ "version": 1 }`,
  'chatty.ts': `console.log('hello from the module');
export default {
  name: 'chatty',
  assumes: { faults: [], bounds: { clockDriftPpm: 0, memoryLossDowntimeTtls: 1 }, inWords: 'nothing' },
  needs: [],
  create: () => ({ acquire: async () => (console.log('hello from a run'), { status: 'granted', lease: { release: async () => {} } }) }),
};`,
};
beforeAll(() => Promise.all(Object.entries(modules).map(([name, text]) => writeFile(join(folder, name), text))));

test('bad input is one line on standard error that says what is wrong, nothing on standard output, and exit code 2', async () => {
  const table: [string[], RegExp][] = [
    [['smi'], /there is no command "smi" \(did you mean sim\?\)/],
    [['sim', '--lock', './throws.ts'], /throws\.ts threw while it was loaded: no such luck/],
    [['sim', '--lock', './plain.ts'], /plain\.ts does not export a lock: .*assumes must be an envelope/],
    [['sim', '--workload', './plain.ts'], /plain\.ts does not export a workload: /],
    [['sim', '--workload', './workload.ts', '--json'], /workload w checks "such-a-thing", which is no property/],
    [['sim', '--lock', './create.ts', '--seeds', '2'], /lock c: create threw .*not today/],
    [['sim', '--seed', '1.5'], /--seed must be a whole number/],
    [['sim', '--faults', 'crash,datagram-loss'], /--faults datagram-loss: the world of last-item has nothing that it could hit/],
    [['replay', 'hf1.0badc0de.AAAA'], /the replay token is damaged/],
    [['replay', 'scenario.json'], /scenario\.json is not a scenario: /],
    [['chaos', '--backend', 'rediss'], /there is no back end "rediss"/],
  ];
  const ended = await inTurns(table, ([args]) => holdfast(...args));
  for (const [index, [args, message]] of table.entries()) {
    expect({ args, ...ended[index]! }).toEqual({ args, code: 2, stdout: '', stderr: expect.stringMatching(/^holdfast: [^\n]+\n$/) as string });
    expect(ended[index]!.stderr).toMatch(message);
  }
}, 180_000);

test('sim --json of a broken lock: the whole contract, a token and a file that replay', async () => {
  const failed = await holdfast('sim', '--lock', 'no-lock', '--faults', 'none', '--seeds', '40', '--seed', '100', '--json');
  expect(failed).toMatchObject({ code: 1, stderr: '' });
  const result = json(failed);
  expect(result).toMatchObject({
    workload: 'last-item',
    lock: 'no-lock',
    seeds: 40,
    events: expect.any(Number) as number,
    virtualMs: expect.any(Number) as number,
    wallMs: expect.any(Number) as number,
    digest: expect.stringMatching(/^[0-9a-f]+$/) as string,
    verdict: 'fail',
    faults: {},
    sometimes: { 'sold out': expect.any(Number) as number },
  });
  const violations = result['violations'] as Record<string, unknown>[];
  expect(violations.map(({ property }) => property).sort()).toEqual(['linearizable-lock', 'linearizable-stock', 'mutual-exclusion', 'stock-conservation']);
  for (const violation of violations) {
    expect(violation).toMatchObject({ replay: expect.stringMatching(/^hf1\.\S+$/) as string, faults: 0, operations: 2 });
    expect(violation['seed']).toBeGreaterThanOrEqual(100);
    expect(violation['seed']).toBeLessThan(140);
  }
  const { replay, file, property, events } = violations.find((violation) => violation['property'] === 'stock-conservation')!;
  await readFile(join(folder, String(file)));

  const [byToken, byFile, withTrace] = await Promise.all([
    holdfast('replay', String(replay), '--json'),
    holdfast('replay', String(file)),
    holdfast('replay', String(file), '--trace'),
  ]);
  expect(byToken).toMatchObject({ code: 1, stderr: '' });
  expect(json(byToken)).toMatchObject({ property, matched: true, divergedBetween: null, digest: expect.any(String) as string });
  expect(json(byToken)['event']).toBeLessThanOrEqual(Number(events));
  expect(byFile).toMatchObject({ code: 1, stderr: '' });
  expect(byFile.stdout).toMatch(/^stock-conservation breaks at event \d+: .*\ndigest \w+ matched/);
  expect(withTrace.code).toBe(1);
  expect(withTrace.stdout.split('\n').length).toBeGreaterThan(Number(json(byToken)['event']));
  expect(withTrace.stdout).toMatch(/^> +\d+ +\d+\.\d{3} {2}/m);
});

test('a replay of other input diverges, and says between which events', async () => {
  const { stdout } = await holdfast('sim', '--lock', 'no-lock', '--faults', 'none', '--seeds', '8', '--json');
  const [{ file }] = (JSON.parse(stdout) as { violations: [{ file: string }] }).violations;
  const finding = JSON.parse(await readFile(join(folder, file), 'utf8')) as { scenario: { seed: number } };
  finding.scenario.seed += 1;
  await writeFile(join(folder, 'edited.json'), JSON.stringify(finding));
  const replayed = await holdfast('replay', 'edited.json', '--json');
  expect(replayed.code).toBe(1);
  expect(json(replayed)).toMatchObject({ matched: false, divergedBetween: [expect.any(Number), expect.any(Number)] });
});

test('sim passes with exit code 0, prints its knobs first and its verdict last, and states its bound', async () => {
  const passed = await holdfast('sim', '--workload', 'hot-sku', '--lock', 'no-lock', '--seeds', '40', '--faults', 'none');
  expect(passed).toMatchObject({ code: 0, stderr: '' });
  expect(passed.stdout).toMatch(/^workload +hot-sku .*\nlock +no-lock\nseeds +1 to 40\nfaults +none\n/);
  expect(passed.stdout).toContain('0 of 40: below 7.3 % a seed, 95 %');
  expect(passed.stdout).toMatch(/\npass: everything held in 40 runs\n$/);
  expect(passed.stdout).not.toContain('\u001b');
});

test('what a module under test prints does not get into the JSON', async () => {
  const ended = await holdfast('sim', '--lock', './chatty.ts', '--seeds', '2', '--json');
  expect(json(ended)).toMatchObject({ lock: './chatty.ts', seeds: 2 });
  expect(ended.stderr).toContain('hello from the module');
});

test('the same digest whatever the number of workers, and all seeds once over the shards', async () => {
  const campaign = { workload: 'hot-sku', lock: 'redis', faults: 'all', firstSeed: 7, extent: { seeds: 50 }, directory: join(folder, '.holdfast') } as const;
  const one = await runCampaign({ ...campaign, workers: 1 }, () => undefined);
  const two = await runCampaign({ ...campaign, workers: 2 }, () => undefined);
  const command = json(await holdfast('sim', '--workload', 'hot-sku', '--seed', '7', '--seeds', '50', '--json'));
  expect(two.digest).toBe(one.digest);
  expect(command['digest']).toBe(one.digest);
  const shards = await Promise.all([1, 2, 3].map((index) => runCampaign({ ...campaign, workers: 1, shard: { index, of: 3 } }, () => undefined)));
  expect(shards.map(({ seeds }) => seeds)).toEqual([17, 17, 16]);
  expect(shards.reduce((sum, { events }) => sum + events, 0)).toBe(one.events);
});

test('faults are named as they are in the help', async () => {
  const { stdout, code } = await holdfast('sim', '--help');
  expect(code).toBe(0);
  for (const kind of faultKinds) expect(stdout.replace(/\s+/g, ' ')).toContain(kind);
});

test('a reader that has seen enough ends the command without a complaint', async () => {
  const child = spawn(process.execPath, nodeArguments(['sim', '--help']), { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  await new Promise((resolve) => child.on('close', resolve));
  expect(complaints).toBe('');
});
