import { availableParallelism } from 'node:os';
import type { CampaignSpec } from '../explore/campaign-result.js';
import { locks, specimens, workloads } from '../registry.js';
import { UserInputError } from '../user-input-error.js';
import { faultSelection, nameOrPath, seconds, shard, wholeNumber } from './values.js';

/** What was typed after `holdfast sim`, option by option. */
export interface SimOptions {
  readonly workload?: string;
  readonly lock?: string;
  readonly seeds?: string;
  readonly time?: string;
  readonly seed?: string;
  readonly faults?: string;
  readonly workers?: string;
  readonly shard?: string;
}

export const DEFAULT_WORKLOAD = 'last-item';
export const DEFAULT_LOCK = 'redis';
export const DEFAULT_SEEDS = 200;
export const MOST_WORKERS = 64;

/** Where failing scenarios are written, in the working directory. */
export const SCENARIO_DIRECTORY = '.holdfast';

const MOST_SEEDS = 1_000_000_000;
const HIGHEST_SEED = Number.MAX_SAFE_INTEGER - 1;

export const lockNames = (): string[] => [...locks.keys(), ...specimens.keys()];
export const workloadNames = (): string[] => [...workloads.keys()];

/** As many as there are cores for; with more than eight, starting them takes longer than most campaigns. */
export const defaultWorkers = (): number => Math.min(8, availableParallelism());

/** The campaign that the options ask for. Throws a `UserInputError` about the first that cannot be meant. */
export function campaignSpec(options: SimOptions): CampaignSpec {
  if (options.seeds !== undefined && options.time !== undefined) {
    throw new UserInputError('--seeds and --time exclude each other: give the number of seeds, or the seconds to go on for');
  }
  const part = options.shard === undefined ? undefined : shard('--shard', options.shard);
  return {
    workload: nameOrPath('workload', options.workload ?? DEFAULT_WORKLOAD, workloadNames()),
    lock: nameOrPath('lock', options.lock ?? DEFAULT_LOCK, lockNames()),
    faults: faultSelection('--faults', options.faults ?? 'all'),
    ...seedRange(options, part?.index ?? 1),
    workers: options.workers === undefined ? defaultWorkers() : wholeNumber('--workers', options.workers, { min: 1, max: MOST_WORKERS }),
    ...(part === undefined ? {} : { shard: part }),
    directory: SCENARIO_DIRECTORY,
  };
}

function seedRange(options: SimOptions, shardIndex: number): Pick<CampaignSpec, 'firstSeed' | 'extent'> {
  const firstSeed = options.seed === undefined ? 1 : wholeNumber('--seed', options.seed, { min: 0, max: HIGHEST_SEED });
  const seeds = options.seeds === undefined ? DEFAULT_SEEDS : wholeNumber('--seeds', options.seeds, { min: 1, max: MOST_SEEDS });
  const extent = options.time === undefined ? { seeds } : { timeMs: seconds('--time', options.time) };
  const most = 'seeds' in extent ? seeds : MOST_SEEDS;
  const highestFirst = HIGHEST_SEED - most + 1;
  if (firstSeed > highestFirst) {
    throw new UserInputError(`--seed ${firstSeed} leaves no room for ${most} seeds: give at most ${highestFirst}`);
  }
  if ('seeds' in extent && shardIndex > seeds) {
    throw new UserInputError(`--shard ${options.shard ?? ''} of ${seeds} seeds would be empty: give at least ${shardIndex} seeds`);
  }
  return { firstSeed, extent };
}
