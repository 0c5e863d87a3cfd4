import type { FaultKind } from '../../src/locks/envelope.js';
import type { FaultCount } from '../nemesis/nemesis.js';
import type { ModelTransitions } from './model-transitions.js';

/**
 * What a campaign found: the object that `--json` prints. `budget`: a run ended without a verdict. `vacuous`: everything held,
 * but something that should have been seen was not, so that it proves little. Precedence: fail, budget, vacuous, pass.
 */
export interface CampaignResult {
  readonly workload: string;
  readonly lock: string;
  /** How many seeds ran. */
  readonly seeds: number;
  readonly events: number;
  readonly virtualMs: number;
  readonly wallMs: number;
  /** Combines all seeds, in seed order, whatever the number of workers; null when time, not a number of seeds, ended the campaign. */
  readonly digest: string | null;
  readonly verdict: Verdict;
  /** One for each property that broke: its lowest seed, shrunk. */
  readonly violations: readonly FoundViolation[];
  readonly faults: Partial<Record<FaultKind, FaultCount>>;
  /** How many seeds reached each `sometimes` of the workload. */
  readonly sometimes: Readonly<Record<string, number>>;
  /** For a workload that names a formal model: which of the model's transitions its runs have shown. Changes no verdict. */
  readonly transitions?: ModelTransitions;
  /** Why the verdict is `budget` or `vacuous`, a line each; empty otherwise. */
  readonly reasons: readonly string[];
}

export type Verdict = 'pass' | 'fail' | 'budget' | 'vacuous';

export interface FoundViolation {
  readonly property: string;
  /** The lowest seed that breaks it. */
  readonly seed: number;
  /** What happened, in one sentence, in the shrunk scenario. */
  readonly message: string;
  /** The bare token for `holdfast replay`. */
  readonly replay: string;
  /** Where the shrunk scenario was written. */
  readonly file: string;
  /** Sizes of the shrunk scenario: simulated events, fault episodes, client operations. */
  readonly events: number;
  readonly faults: number;
  readonly operations: number;
}

/** What a campaign shall do. */
export interface CampaignSpec {
  /** A name of ours or the path of a module. */
  readonly workload: string;
  readonly lock: string;
  /** `all`: those of the lock's envelope, within its bounds; a list: those kinds, and they may leave it. */
  readonly faults: 'all' | 'none' | readonly FaultKind[];
  readonly firstSeed: number;
  /** How many seeds; or for how long, in milliseconds, seeds are taken one after the other. */
  readonly extent: { readonly seeds: number } | { readonly timeMs: number };
  readonly workers: number;
  /** 1 to `of`: takes every `of`-th seed from `firstSeed + index - 1`. */
  readonly shard?: { readonly index: number; readonly of: number };
  /** Parameters fixed instead of drawn. */
  readonly fixed?: Readonly<Record<string, number>>;
  /** Where scenario files go. */
  readonly directory: string;
}

/** How far a campaign is; told many times a second. */
export interface CampaignProgress {
  readonly phase: 'searching' | 'shrinking';
  readonly done: number;
  /** Null when time ends it. */
  readonly total: number | null;
  readonly virtualMs: number;
  readonly violated: readonly string[];
}
