/** `holdfast/node-test`: simulated tests in Node's own test runner. */
import { relative } from 'node:path';
import * as runner from 'node:test';
import { callerFile } from './testing/caller-file.js';
import { installSimulation } from './simulate/run-plan.js';
import { simulate } from './simulate/simulate.js';
import { remarkOnReplay, remarkOnUnused, runSimTest } from './testing/run-sim-test.js';
import { literally, shellWord } from './testing/shell-word.js';
import { type SimTest, simTestBy, type SimTestWithModifiers } from './testing/sim-test.js';

export type { SimTest, SimTestOptions, SimTestWithModifiers } from './testing/sim-test.js';

// Early: what a module captures before is real for good.
installSimulation();

type Declare = (name: string, run: (context: runner.TestContext) => Promise<void>) => Promise<void>;

/** By file: the full names of tests that ran, and the bare names of those that may have been left out. */
const seen = new Map<string, { readonly full: Set<string>; readonly bare: Set<string> }>();

const remark = (text: string): void => console.warn(text);

function by(declare: Declare): SimTest {
  return simTestBy((name, options, body) => {
    const file = callerFile(import.meta.url);
    const names = seenIn(file);
    names.bare.add(name);
    void declare(name, async (context) => {
      const fullName = context.fullName;
      names.full.add(fullName);
      const run = { file, name: fullName, options, body, command: commandOf(file, name), remark, leaveOut: (why: string): void => context.skip(why) };
      await runSimTest(run, { simulate, variables: process.env });
    });
  });
}

/**
 * A test of `node:test` whose body runs in simulated worlds: see `simulate`. Its failures are kept beside the test file, in
 * `<name>.regressions.json`, and run first the next time. The environment may ask for other seeds (`HOLDFAST_SEED`, `HOLDFAST_SEEDS`,
 * `HOLDFAST_TIME`) or for one run (`HOLDFAST_REPLAY`).
 */
export const simTest: SimTestWithModifiers = Object.assign(by(runner.test), {
  skip: by(runner.test.skip),
  only: by(runner.test.only),
  todo: (name: string): void => void runner.test.todo(name),
});

function seenIn(file: string): { readonly full: Set<string>; readonly bare: Set<string> } {
  const names = seen.get(file) ?? { full: new Set(), bare: new Set() };
  seen.set(file, names);
  return names;
}

// A test that a filter left out has no full name here: then the end of an entry's name must do.
runner.after(() => {
  for (const [file, { full, bare }] of seen) {
    const isThere = (entry: string): boolean => full.has(entry) || [...bare].some((name) => entry === name || entry.endsWith(` > ${name}`));
    remarkOnUnused(file, isThere, remark);
    remarkOnReplay(relative(process.cwd(), file), isThere, process.env, remark);
  }
});

/** With what this process was started with, such as `--import tsx`. */
function commandOf(file: string, name: string): string {
  const options = process.execArgv.filter((option) => !option.startsWith('--test'));
  return ['node', ...options, '--test', `--test-name-pattern=${literally(name)}`, relative(process.cwd(), file)].map(shellWord).join(' ');
}
