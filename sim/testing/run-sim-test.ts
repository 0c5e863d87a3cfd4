import type { simulate as simulateType } from '../simulate/simulate.js';
import { recordedRunOf, replayToken } from '../simulate/replay-token.js';
import type { SimulationReport } from '../simulate/options.js';
import type { SimulationBody } from '../simulate/simulated-run.js';
import { SimulationFailure } from '../simulate/simulation-failure.js';
import { UserInputError } from '../user-input-error.js';
import { type Environment, readEnvironment, withEnvironment } from './environment.js';
import { Regressions } from './regressions.js';
import { SimTestFailure } from './sim-test-failure.js';
import type { SimTestOptions } from './sim-test.js';

/** A simulated test as its runner presents it. */
export interface SimTestRun {
  /** The path of the test file. */
  readonly file: string;
  /** With the names of all suites that it is in. */
  readonly name: string;
  readonly options: SimTestOptions;
  readonly body: SimulationBody;
  /** The command that runs this test and no other, for a shell. */
  readonly command: string;
  /** Leaves this test out of the runner's count. */
  leaveOut(why: string): void;
  /** Tells whoever runs the tests, though the test may pass. */
  remark(text: string): void;
}

export interface Surroundings {
  readonly simulate: typeof simulateType;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs a simulated test: first the runs of it that once failed, then new seeds. The first failure is kept beside the test, and
 * thrown as a `SimTestFailure` that says how to replay it.
 */
export async function runSimTest(test: SimTestRun, { simulate, variables }: Surroundings): Promise<void> {
  const environment = asInput(() => readEnvironment(variables));
  if (environment.replay !== null) return replay(test, environment.replay, environment, simulate);
  const regressions = Regressions.beside(test.file);
  const known = asInput(() => regressions.of(test.name));
  for (const [index, { found, ...kept }] of known.entries()) {
    const place = `number ${index + 1} of this test in ${regressions.shownPath}`;
    const { absent } = await attempt(test, { ...test.options, replay: replayToken({ ...kept, digest: '', checkpoints: [] }) }, simulate, (failure) =>
      failed(failure, test, [`This run failed before ("${found}"): it is ${place}.`]),
    );
    if (absent.length > 0) {
      test.remark(
        `${JSON.stringify(test.name)}: the run ${place} has faults of ${absent.join(', ')}, which is not there (now): rename it there, or delete the run`,
      );
    }
  }
  await attempt(test, withEnvironment(test.options, environment), simulate, (failure) => failed(failure, test, [keep(failure, test, environment)]));
}

/** What is wrong with a variable or a file has to do with no line of code: runners are to show none. */
function asInput<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UserInputError)) throw error;
    const bare = new UserInputError(error.message);
    bare.stack = `${bare.name}: ${bare.message}`;
    throw bare;
  }
}

async function replay(
  test: SimTestRun,
  { token, name }: NonNullable<Environment['replay']>,
  environment: Environment,
  simulate: typeof simulateType,
): Promise<void> {
  if (name !== test.name) return test.leaveOut(`HOLDFAST_REPLAY is a run of ${JSON.stringify(name)}`);
  await attempt(test, { ...test.options, replay: token }, simulate, (failure) => failed(failure, test, [keep(failure, test, environment)]));
  test.remark(`HOLDFAST_REPLAY: this run of ${JSON.stringify(name)} holds now`);
}

async function attempt(
  test: SimTestRun,
  options: SimTestOptions,
  simulate: typeof simulateType,
  explain: (failure: SimulationFailure) => Error,
): Promise<SimulationReport> {
  try {
    return await simulate(test.body, { ...options, name: test.name });
  } catch (error) {
    throw error instanceof SimulationFailure ? explain(error) : error;
  }
}

function failed(failure: SimulationFailure, { command }: SimTestRun, remarks: readonly string[]): SimTestFailure {
  return new SimTestFailure(failure, [`replay: HOLDFAST_REPLAY=${failure.replay} ${command}`, ...remarks]);
}

/** Keeps the run that failed, and says so. */
function keep({ plan, kind, headline, replay }: SimulationFailure, test: SimTestRun, { isCi }: Environment): string {
  const regressions = Regressions.beside(test.file);
  // Any run shows these, not this one only.
  if (kind === 'escape' || kind === 'loop') return 'Not kept for later: any run shows it.';
  if (isCi) return `To keep it in ${regressions.shownPath}, run that line once on your own machine and commit what it writes; CI writes nothing.`;
  try {
    const added = regressions.add({
      found: headline.split('\n')[0] ?? '',
      isSmallest: recordedRunOf(replay).isSmallest ?? true,
      plan: { ...plan, name: test.name },
    });
    return `It ${added === 'added' ? 'is now' : 'is already'} in ${regressions.shownPath}, whose runs come first: commit it.`;
  } catch (error) {
    return `It could not be kept in ${regressions.shownPath}: ${(error as Error).message}`;
  }
}

/** Says that the run which is to be replayed is of none of the file's tests, each of which is left out. */
export function remarkOnReplay(file: string, hasTest: (name: string) => boolean, variables: Surroundings['variables'], remark: (text: string) => void): void {
  let name: string | undefined;
  try {
    name = readEnvironment(variables).replay?.name;
  } catch {
    // Each test says so by itself.
    return;
  }
  if (name !== undefined && !hasTest(name))
    remark(`HOLDFAST_REPLAY is a run of ${JSON.stringify(name)}: there is no such test in ${file} (now), so none of its simulated tests runs`);
}

/** Says which entries no test of the file has: a test that was renamed leaves its runs behind. */
export function remarkOnUnused(file: string, hasTest: (name: string) => boolean, remark: (text: string) => void): void {
  const regressions = Regressions.beside(file);
  let unused: readonly string[];
  try {
    unused = regressions.names.filter((name) => !hasTest(name));
  } catch {
    // Each test says so by itself.
    return;
  }
  if (unused.length === 0) return;
  remark(
    `${regressions.shownPath} has runs of ${unused.map((name) => JSON.stringify(name)).join(', ')}: there is no such test (now); rename or delete the entry`,
  );
}
