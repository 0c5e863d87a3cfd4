import { nearest } from '../cli/nearest.js';
import { recordedRunOf } from '../simulate/replay-token.js';
import { UserInputError } from '../user-input-error.js';
import type { SimTestOptions } from './sim-test.js';

/** What the environment says about all simulated tests of a run of the test runner. */
export interface Environment {
  /** `HOLDFAST_SEED`: the first seed. */
  readonly seed: number | null;
  /** `HOLDFAST_SEEDS`: how many. */
  readonly seeds: number | null;
  /** `HOLDFAST_TIME`: for how long each test tries seeds. In the variable they are seconds. */
  readonly timeMs: number | null;
  /** `HOLDFAST_REPLAY`: the only run to be made, and the test that it is of. */
  readonly replay: { readonly token: string; readonly name: string } | null;
  /** `CI`: nobody is there to commit what a run writes. */
  readonly isCi: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

const PREFIX = 'HOLDFAST_';
/** Those of this module. Other parts have some of their own. */
const names = ['HOLDFAST_SEED', 'HOLDFAST_SEEDS', 'HOLDFAST_TIME', 'HOLDFAST_REPLAY'];

/** Reads and checks the variables. Throws a `UserInputError` for the first that cannot be meant. */
export function readEnvironment(variables: Variables): Environment {
  requireNoTypo(variables);
  const seconds = decimal(variables, 'HOLDFAST_TIME');
  return {
    seed: whole(variables, 'HOLDFAST_SEED', 0),
    seeds: whole(variables, 'HOLDFAST_SEEDS', 1),
    timeMs: seconds === null ? null : Math.round(seconds * 1000),
    replay: replayOf(variables),
    isCi: !['', '0', 'false', undefined].includes(variables['CI']),
  };
}

/** What bounds a campaign whose number of seeds was given, but not its time; and the other way round. */
const A_DAY_MS = 86_400_000;
const MANY_SEEDS = 1_000_000_000;

/**
 * The options of a test as the environment changes them. Whoever names only one limit means that one: 1,000 seeds are not cut
 * off by a default of five seconds, and a minute is not over after a default of 100 seeds.
 */
export function withEnvironment(options: SimTestOptions, { seed, seeds, timeMs }: Environment): SimTestOptions {
  return {
    ...options,
    ...(seed === null ? {} : { seed }),
    ...(seeds === null && timeMs === null ? {} : { seeds: seeds ?? MANY_SEEDS, timeMs: timeMs ?? A_DAY_MS }),
  };
}

/** A nightly job whose variable is misspelt would try the same few seeds for years. */
function requireNoTypo(variables: Variables): void {
  for (const name of Object.keys(variables)) {
    if (!name.startsWith(PREFIX) || names.includes(name)) continue;
    const [meant] = nearest(
      name.slice(PREFIX.length),
      names.map((known) => known.slice(PREFIX.length).toLowerCase()),
    );
    if (meant !== undefined) throw new UserInputError(`there is no variable ${name}; did you mean ${PREFIX}${meant.toUpperCase()}?`);
  }
}

function replayOf(variables: Variables): Environment['replay'] {
  const token = given(variables, 'HOLDFAST_REPLAY');
  if (token === null) return null;
  try {
    return { token, name: recordedRunOf(token).plan.name };
  } catch (error) {
    throw new UserInputError(`HOLDFAST_REPLAY: ${(error as Error).message}`, { cause: error });
  }
}

function whole(variables: Variables, name: string, least: number): number | null {
  const text = given(variables, name);
  if (text === null) return null;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
  throw new UserInputError(`${name} must be a whole number from ${least} on, got ${JSON.stringify(text)}`);
}

function decimal(variables: Variables, name: string): number | null {
  const text = given(variables, name);
  if (text === null) return null;
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) * 1000 <= A_DAY_MS) return Number(text);
  throw new UserInputError(`${name} must be a number of seconds, up to a day, got ${JSON.stringify(text)}`);
}

/** One that is set to nothing is not set: that is how CI files leave it out. */
const given = (variables: Variables, name: string): string | null => variables[name]?.trim() || null;
