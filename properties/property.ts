import type { History } from '../models/history.js';

/** Something that must hold of every history. One invariant a file; `name` is how commands and reports call it. */
export interface Property {
  readonly name: string;
  /** `always`: no prefix breaks it. `eventually`: judged at the end, after the world was healed. */
  readonly kind: 'always' | 'eventually';
  /** The promise in one sentence. */
  readonly claim: string;
  /** Null when it holds; else the first record that shows that it does not. */
  check(history: History): Violation | null;
}

export interface Violation {
  readonly property: string;
  /** One sentence an engineer understands, with process names and times. */
  readonly message: string;
  /** The simulated event at which it broke; null on real servers. */
  readonly event: number | null;
  /** Ids of the operations involved. */
  readonly operations: readonly number[];
}
