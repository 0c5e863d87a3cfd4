import type { FaultKind } from '../../src/locks/envelope.js';
import type { Episode } from '../nemesis/fault.js';
import type { FaultCounts } from '../nemesis/nemesis.js';

/** How `simulate` searches. All of it may also come from the environment; see sim/README.md. */
export interface SimulateOptions {
  /** What it is called in findings and messages. */
  readonly name?: string;
  /** The first seed; 1 when absent. */
  readonly seed?: number;
  /** How many seeds at the most; 100 when absent. */
  readonly seeds?: number;
  /** How long, in real milliseconds, seeds may go on; 5,000 when absent. At least one seed always runs. */
  readonly timeMs?: number;
  /** The kinds of faults that are drawn; all that a well-run deployment must expect when absent (see `usualFaults`); `none` for none. */
  readonly faults?: readonly FaultKind[] | 'usual' | 'none';
  /** Exactly these episodes in every run, instead of drawn ones. */
  readonly plan?: readonly Episode[];
  /** How long faults may begin, in virtual milliseconds; as long as the calm run takes (at least 1,000) when absent. */
  readonly horizonMs?: number;
  /** How long the test may go on after the faults are over, in virtual milliseconds, before the run counts as stuck; 60,000 when absent. */
  readonly patienceMs?: number;
  /** Whether timers and messages may be a little late, as on a busy machine. True when absent. */
  readonly lateness?: boolean;
  /** How long a single event may compute, in real milliseconds, before it counts as an endless loop; 5,000 when absent. */
  readonly stuckMs?: number;
  /** How many events a run may have before it counts as never ending; 400,000 when absent. */
  readonly events?: number;
  /** A token of an earlier failure: runs that one exactly, and nothing else. */
  readonly replay?: string;
}

/** What a campaign of `simulate` that found nothing has seen. */
export interface SimulationReport {
  readonly seeds: number;
  readonly events: number;
  readonly virtualMs: number;
  readonly wallMs: number;
  /** Over the digests of all seeds, in their order. */
  readonly digest: string;
  readonly faults: FaultCounts;
  /** With `replay`: the targets of faults that were not there, as when a process has another name now. Such a run proves little. */
  readonly absent: readonly string[];
}
