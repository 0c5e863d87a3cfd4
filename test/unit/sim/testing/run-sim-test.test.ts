import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { SimulateOptions, SimulationReport } from '../../../../sim/simulate/options.js';
import { calmPlan, type Plan } from '../../../../sim/simulate/plan.js';
import { recordedRunOf, replayToken } from '../../../../sim/simulate/replay-token.js';
import { SimulationFailure } from '../../../../sim/simulate/simulation-failure.js';
import { Regressions } from '../../../../sim/testing/regressions.js';
import { remarkOnUnused, runSimTest } from '../../../../sim/testing/run-sim-test.js';
import { temporaryFiles } from '../../../support/temporary-files.js';

const NAME = 'shop > sells';
const planOf = (seed: number): Plan => ({ ...calmPlan(NAME, seed), faults: [{ kind: 'pause', atMs: 0, forMs: 9, target: 'shop', strength: 1 }] });
const tokenOf = (seed: number, name = NAME): string => replayToken({ plan: { ...planOf(seed), name }, digest: 'abc', checkpoints: [] });

/** A failure as `simulate` makes them. */
const failureOf = (seed: number): SimulationFailure =>
  new SimulationFailure({
    ...{ plan: planOf(seed), replay: tokenOf(seed), digest: 'abc', kind: 'test', headline: `oversold by ${seed}`, cause: new Error('cause') },
    story: 'ann bought; bob bought',
    frames: '    at body (/shop.test.ts:3:4)',
  });

/** A `simulate` that fails for the seeds that it is told to; of a campaign, for its first one. */
class Simulator {
  readonly asked: SimulateOptions[] = [];
  readonly skipped: string[] = [];
  readonly remarks: string[] = [];
  absent: readonly string[] = [];
  readonly files = temporaryFiles({});
  readonly file = this.files.path('shop.test.ts');
  readonly regressions = Regressions.beside(this.file);

  constructor(readonly failing: Set<number>) {}

  run(variables: Record<string, string> = {}, name = NAME): Promise<void> {
    const options = { seed: 1, faults: 'none' } as const;
    const test = { file: this.file, name, options, body: async () => undefined, command: 'npx vitest run shop.test.ts' };
    const report = { leaveOut: (why: string) => this.skipped.push(why), remark: (text: string) => this.remarks.push(text) };
    return runSimTest({ ...test, ...report }, { simulate: (_, asked) => this.simulate(asked), variables });
  }

  /** The failure of a run that must fail. */
  async failure(variables: Record<string, string> = {}): Promise<Error> {
    const error = await this.run(variables).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Error);
    return error as Error;
  }

  /** The seeds that it was asked for, and how. */
  get seeds(): string[] {
    return this.asked.map(({ replay, seed }) => (replay === undefined ? `from ${seed}` : `replay ${recordedRunOf(replay).plan.seed}`));
  }

  private async simulate(options: SimulateOptions = {}): Promise<SimulationReport> {
    this.asked.push(options);
    const seed = options.replay === undefined ? (options.seed ?? 1) : recordedRunOf(options.replay).plan.seed;
    if (this.failing.has(seed)) throw failureOf(seed);
    return { seeds: 1, events: 1, virtualMs: 1, wallMs: 1, digest: '', faults: {}, absent: options.replay === undefined ? [] : this.absent };
  }
}

test('a test that holds asks for its seeds under its full name, and leaves nothing behind', async () => {
  const simulator = new Simulator(new Set());
  await simulator.run();
  expect(simulator.asked).toEqual([{ seed: 1, faults: 'none', name: NAME }]);
  expect(existsSync(simulator.regressions.path)).toBe(false);
  expect(simulator.remarks).toEqual([]);
});

test('a failure is its story once, the line that replays it, and where it is kept', async () => {
  const simulator = new Simulator(new Set([1]));
  const error = await simulator.failure();
  expect(error.name).toBe('SimTestFailure');
  expect(error.message.split('\n')).toEqual([
    'oversold by 1',
    '',
    'ann bought; bob bought',
    `replay: HOLDFAST_REPLAY=${tokenOf(1)} npx vitest run shop.test.ts`,
    `It is now in ${simulator.regressions.shownPath}, whose runs come first: commit it.`,
  ]);
  expect(error.stack).toBe(`SimTestFailure: ${error.message}\n    at body (/shop.test.ts:3:4)`);
  // Runners print every field.
  expect(inspect(error).match(/ann bought/g)).toHaveLength(1);
  expect(error).toMatchObject({ failure: { seed: 1 } });
  expect(simulator.regressions.of(NAME)).toEqual([{ found: 'oversold by 1', isSmallest: true, plan: planOf(1) }]);
});

test('kept runs come first, and are neither shrunk, written again nor dropped when they hold', async () => {
  const simulator = new Simulator(new Set([7]));
  for (const seed of [5, 7]) simulator.regressions.add({ found: `oversold by ${seed}`, isSmallest: true, plan: planOf(seed) });
  const text = readFileSync(simulator.regressions.path, 'utf8');
  const error = await simulator.failure();
  expect(simulator.seeds).toEqual(['replay 5', 'replay 7']);
  expect(error.message).toContain(`This run failed before ("oversold by 7"): it is number 2 of this test in ${simulator.regressions.shownPath}.`);
  simulator.failing.clear();
  await simulator.run();
  expect(simulator.seeds.slice(2)).toEqual(['replay 5', 'replay 7', 'from 1']);
  expect(readFileSync(simulator.regressions.path, 'utf8')).toBe(text);
});

test('a kept run whose faults hit nobody any more is told of: it guards nothing', async () => {
  const simulator = new Simulator(new Set());
  simulator.regressions.add({ found: '', isSmallest: true, plan: planOf(5) });
  simulator.absent = ['shop-9'];
  await simulator.run();
  expect(simulator.remarks).toEqual([expect.stringMatching(/: the run number 1 .* has faults of shop-9, which is not there \(now\)/)]);
});

test('a kept run is replayed without a digest: the code may have changed since', async () => {
  const simulator = new Simulator(new Set());
  simulator.regressions.add({ found: '', isSmallest: false, plan: planOf(5) });
  await simulator.run();
  expect(recordedRunOf(simulator.asked[0]?.replay ?? '')).toEqual({ plan: planOf(5), digest: '', checkpoints: [], isSmallest: false });
});

test('the environment changes the campaign, not the kept runs', async () => {
  const simulator = new Simulator(new Set());
  simulator.regressions.add({ found: '', isSmallest: true, plan: planOf(5) });
  await simulator.run({ HOLDFAST_SEED: '40', HOLDFAST_SEEDS: '2', HOLDFAST_TIME: '1' });
  expect(simulator.seeds).toEqual(['replay 5', 'from 40']);
  expect(simulator.asked[1]).toMatchObject({ seeds: 2, timeMs: 1000 });
});

test('CI writes nothing and says how to keep the run', async () => {
  const simulator = new Simulator(new Set([1]));
  const error = await simulator.failure({ CI: 'true' });
  expect(error.message).toContain(
    `To keep it in ${simulator.regressions.shownPath}, run that line once on your own machine and commit what it writes; CI writes nothing.`,
  );
  expect(existsSync(simulator.regressions.path)).toBe(false);
});

test('HOLDFAST_REPLAY runs that run and nothing else, and keeps it', async () => {
  const simulator = new Simulator(new Set([9]));
  const error = await simulator.failure({ HOLDFAST_REPLAY: tokenOf(9) });
  expect(simulator.asked.map(({ replay }) => replay)).toEqual([tokenOf(9)]);
  expect(error.message).toContain(`It is now in ${simulator.regressions.shownPath}`);
  expect((await simulator.failure({ HOLDFAST_REPLAY: tokenOf(9) })).message).toContain(`It is already in ${simulator.regressions.shownPath}`);
  simulator.failing.clear();
  await simulator.run({ HOLDFAST_REPLAY: tokenOf(9) });
  expect(simulator.remarks).toEqual(['HOLDFAST_REPLAY: this run of "shop > sells" holds now']);
});

test('HOLDFAST_REPLAY leaves other tests out', async () => {
  const simulator = new Simulator(new Set([9]));
  await simulator.run({ HOLDFAST_REPLAY: tokenOf(9, 'shop > refunds') });
  expect(simulator.asked).toEqual([]);
  expect(simulator.skipped).toEqual(['HOLDFAST_REPLAY is a run of "shop > refunds"']);
});

test("somebody's input that is wrong is one line, without a stack", async () => {
  const simulator = new Simulator(new Set());
  expect((await simulator.failure({ HOLDFAST_SEEDS: 'x' })).stack).toBe('UserInputError: HOLDFAST_SEEDS must be a whole number from 1 on, got "x"');
  writeFileSync(simulator.regressions.path, '{');
  expect((await simulator.failure()).stack).toMatch(/^UserInputError: .*regressions\.json is damaged [^\n]*$/);
});

test('a failure that cannot be kept is told all the same', async () => {
  const simulator = new Simulator(new Set([1]));
  const gone = new Regressions('/no/such/folder/shop.test.regressions.json');
  Object.assign(simulator, { file: '/no/such/folder/shop.test.ts' });
  const error = await simulator.failure();
  expect(error.message).toMatch(/^oversold by 1/);
  expect(error.message).toContain(`It could not be kept in ${gone.shownPath}: ENOENT`);
});

test('other errors pass as they are', async () => {
  const simulator = new Simulator(new Set());
  const error = new Error('unrepeatable');
  Object.assign(simulator, { simulate: () => Promise.reject(error) });
  expect(await simulator.failure()).toBe(error);
});

test('entries of tests that are gone are told of', () => {
  const simulator = new Simulator(new Set());
  const { file, regressions, remarks } = simulator;
  const look = (): void =>
    remarkOnUnused(
      file,
      (name) => name === NAME,
      (text) => remarks.push(text),
    );
  look();
  for (const name of [NAME, 'shop > sold', 'old']) regressions.add({ found: '', isSmallest: true, plan: calmPlan(name, 1) });
  expect(remarks).toEqual([]);
  look();
  expect(remarks).toEqual([`${regressions.shownPath} has runs of "shop > sold", "old": there is no such test (now); rename or delete the entry`]);
  writeFileSync(regressions.path, '{');
  look();
  expect(remarks).toHaveLength(1);
});
