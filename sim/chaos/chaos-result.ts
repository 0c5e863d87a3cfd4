import type { CampaignResult, FoundViolation } from '../explore/campaign-result.js';
import type { ChaosFaultCounts } from './chaos-fault.js';

/** What a run on real servers found: the object that `--json` prints. It has the shape of a campaign's result; what has no meaning here is null. */
export interface ChaosResult extends Omit<CampaignResult, 'seeds' | 'events' | 'virtualMs' | 'digest' | 'violations' | 'faults'> {
  readonly seeds: null;
  readonly events: null;
  readonly virtualMs: null;
  readonly digest: null;
  readonly violations: readonly ChaosViolation[];
  readonly faults: ChaosFaultCounts;
  readonly backends: readonly string[];
  /** Of the plan of faults and of the operations' numbers. What real schedulers do with them differs each time. */
  readonly seed: number;
  /** How many leases were granted. */
  readonly grants: number;
  /** How many operations were asked for. */
  readonly operations: number;
  /** How many episodes of faults changed something, over all kinds. */
  readonly effectiveFaults: number;
  /** Where the history was written. */
  readonly file: string;
}

/** `file` is the history's; `operations` is how many of its operations show it. */
export type ChaosViolation = Pick<FoundViolation, 'property' | 'message' | 'file' | 'operations'> & {
  readonly seed: null;
  readonly replay: null;
  readonly events: null;
  readonly faults: null;
};

export interface ChaosSpec {
  /** What to start. See `chaosBackends`. */
  readonly backends: readonly string[];
  /** A name of ours or the path of a module. */
  readonly lock: string;
  readonly workload: string;
  /** How long the faults last. Getting ready before and coming to an end after take a few seconds more. */
  readonly timeMs: number;
  /** Whether clients reach PostgreSQL through pgbouncer, in transaction mode. Default: true. */
  readonly pooler?: boolean;
  /** How many worker processes; what the workload allows, up to five, when absent. */
  readonly clients?: number;
  /** How many units a workload that sells has; more than any run can sell when absent. */
  readonly stock?: number;
  /** Drawn when absent. */
  readonly seed?: number;
  /** Where the history goes. */
  readonly directory: string;
}

/** How far a run is; told several times a second. */
export interface ChaosProgress {
  readonly phase: 'starting' | 'faults' | 'healing' | 'judging';
  /** Of the faults' time. */
  readonly elapsedMs: number;
  readonly totalMs: number;
  readonly grants: number;
  readonly operations: number;
  readonly effectiveFaults: number;
}
