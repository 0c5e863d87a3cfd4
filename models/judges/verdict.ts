import type { OperationRecord } from '../history.js';

/** What a judge says of a whole history. */
export interface Verdict {
  readonly model: string;
  /** `undecided`: it ran out of memory before it knew. */
  readonly verdict: 'valid' | 'invalid' | 'undecided';
  /** How many operations of the history it looked at. */
  readonly operations: number;
  /** Why, in sentences for engineers. */
  readonly reason: string;
  /** The operations to look at, when the history is invalid; the last one is the one that cannot be explained. */
  readonly culprits: readonly OperationRecord[];
}
