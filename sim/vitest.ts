/** `holdfast/vitest`: simulated tests in vitest. */
import type { RunnerTask, RunnerTestCase, RunnerTestFile, RunnerTestSuite } from 'vitest';
import { relative } from 'node:path';
import { installSimulation } from './simulate/run-plan.js';
import { simulate } from './simulate/simulate.js';
import { remarkOnReplay, remarkOnUnused, runSimTest } from './testing/run-sim-test.js';
import { literally, shellWord } from './testing/shell-word.js';
import { type SimTest, simTestBy, type SimTestWithModifiers } from './testing/sim-test.js';
import { timeoutMs } from './testing/timeout.js';

export type { SimTest, SimTestOptions, SimTestWithModifiers } from './testing/sim-test.js';

const vitest = await import('vitest');
// Early: what a module captures before is real for good.
installSimulation();

type Declare = typeof vitest.test | typeof vitest.test.skip;

/** Whose unused regressions were told of. */
const looked = new WeakSet<RunnerTestFile>();

function by(declare: Declare): SimTest {
  return simTestBy((name, options, body) => {
    declare(name, { timeout: timeoutMs(options, process.env) }, async ({ task, skip }) => {
      const { file } = task;
      const remark = (text: string): void => console.warn(text);
      if (!looked.has(file)) {
        remarkOnUnused(file.filepath, hasTests(file), remark);
        remarkOnReplay(file.name, hasTests(file), process.env, remark);
      }
      looked.add(file);
      const run = {
        ...{ file: file.filepath, name: fullName(task), options, body, remark },
        command: commandOf(task),
        leaveOut: (why: string): void => skip(why),
      };
      await runSimTest(run, { simulate, variables: process.env });
    });
  });
}

/**
 * A test of vitest whose body runs in simulated worlds: see `simulate`. Its failures are kept beside the test file, in
 * `<name>.regressions.json`, and run first the next time. The environment may ask for other seeds (`HOLDFAST_SEED`, `HOLDFAST_SEEDS`,
 * `HOLDFAST_TIME`) or for one run (`HOLDFAST_REPLAY`). Vitest's own time limit does not apply: `timeMs` does.
 */
export const simTest: SimTestWithModifiers = Object.assign(by(vitest.test), {
  skip: by(vitest.test.skip),
  only: by(vitest.test.only),
  todo: (name: string): void => vitest.test.todo(name),
});

function hasTests(file: RunnerTestFile): (name: string) => boolean {
  const names = new Set(testsIn(file).map(fullName));
  return (name) => names.has(name);
}

function testsIn(suite: RunnerTestSuite | RunnerTestFile): RunnerTask[] {
  return suite.tasks.flatMap((task) => (task.type === 'suite' ? testsIn(task) : [task]));
}

/** From the outermost suite inwards; the file is not one of them. */
function namesOf(task: RunnerTask): string[] {
  return [...(task.suite === undefined ? [] : namesOf(task.suite)), task.name];
}

const fullName = (task: RunnerTask): string => namesOf(task).join(' > ');

function commandOf(task: RunnerTestCase): string {
  const { filepath, name, projectName } = task.file;
  const root = filepath.endsWith(`/${name}`) ? filepath.slice(0, -name.length - 1) : process.cwd();
  const away = root === process.cwd() || projectName ? [] : ['--root', relative(process.cwd(), root)];
  const words = ['npx', 'vitest', 'run', ...away, relative(process.cwd(), filepath), '-t', literally(namesOf(task).join(' '))];
  return words.map(shellWord).join(' ');
}
