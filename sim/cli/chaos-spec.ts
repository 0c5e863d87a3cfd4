import { chaosBackends } from '../chaos/chaos-backends.js';
import type { ChaosSpec } from '../chaos/chaos-result.js';
import { UserInputError } from '../user-input-error.js';
import { DEFAULT_LOCK, DEFAULT_WORKLOAD, lockNames, SCENARIO_DIRECTORY, workloadNames } from './campaign-spec.js';
import { backends, nameOrPath, seconds, wholeNumber } from './values.js';

/** What was typed after `holdfast chaos`, option by option. */
export interface ChaosOptions {
  readonly backend?: string;
  readonly lock?: string;
  readonly workload?: string;
  readonly time?: string;
  readonly stock?: string;
  /** False: `--no-pooler`. */
  readonly pooler?: boolean;
}

const DEFAULT_TIME_MS = 60_000;
/** Below this, no fault has time to matter. */
const LEAST_SECONDS = 1;
const MOST_STOCK = 1_000_000_000;

/** What the options ask for. Throws a `UserInputError` about the first that cannot be meant. */
export function chaosSpec(options: ChaosOptions): ChaosSpec {
  const known = [...chaosBackends.keys()];
  if (options.backend === undefined) throw new UserInputError(`chaos needs --backend: give one or more of ${known.join(', ')}, separated by commas`);
  const asked = backends('--backend', options.backend, known);
  const pooler = options.pooler !== false;
  if (!pooler && !asked.includes('postgres')) throw new UserInputError('--no-pooler is about PostgreSQL: give it with --backend postgres, or leave it out');
  return {
    backends: asked,
    lock: nameOrPath('lock', options.lock ?? chaosBackends.get(asked[0] ?? '')?.lock ?? DEFAULT_LOCK, lockNames()),
    workload: nameOrPath('workload', options.workload ?? DEFAULT_WORKLOAD, workloadNames()),
    timeMs: options.time === undefined ? DEFAULT_TIME_MS : seconds('--time', options.time, LEAST_SECONDS),
    pooler,
    ...(options.stock === undefined ? {} : { stock: wholeNumber('--stock', options.stock, { min: 1, max: MOST_STOCK }) }),
    directory: SCENARIO_DIRECTORY,
  };
}
