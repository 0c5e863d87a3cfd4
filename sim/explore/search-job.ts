import type { FaultKind } from '../../src/locks/envelope.js';
import type { FaultCounts } from '../nemesis/nemesis.js';
import type { BudgetSpent } from '../run-scenario.js';
import type { Finding } from './finding.js';

/** What a worker searches with, until it is given something else. */
export interface SearchSetup {
  readonly workload: string;
  readonly lock: string;
  readonly faults: 'all' | 'none' | readonly FaultKind[];
  readonly fixed: Readonly<Record<string, number>>;
}

/** What a worker is asked to do next. */
export type SearchJob =
  | { readonly kind: 'open'; readonly setup: SearchSetup }
  | { readonly kind: 'search'; readonly seeds: readonly number[] }
  | { readonly kind: 'shrink'; readonly seed: number; readonly property: string };

/** What a worker tells. `ready` and `began` also keep the watchdog quiet. */
export type SearchReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'began'; readonly seed: number }
  | { readonly kind: 'searched'; readonly summaries: readonly SeedSummary[] }
  | { readonly kind: 'shrunk'; readonly seed: number; readonly finding: Finding; readonly message: string; readonly events: number }
  | { readonly kind: 'failed'; readonly userInput: boolean; readonly message: string };

/** What one seed showed. */
export interface SeedSummary {
  readonly seed: number;
  readonly digest: string;
  readonly events: number;
  readonly virtualMs: number;
  readonly violated: readonly { readonly property: string; readonly message: string }[];
  readonly faults: FaultCounts;
  /** The `sometimes` of the workload that it reached. */
  readonly reached: readonly string[];
  /** Those that mean nothing for this lock. */
  readonly inapplicable: readonly string[];
  /** The transitions of the workload's formal model that it showed; absent where nothing ran. */
  readonly transitions?: readonly string[];
  readonly budget: BudgetSpent | null;
}
