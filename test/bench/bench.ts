/** How many rounds there are. */
export interface Rounds {
  /** Rounds that count; at least 7. */
  readonly counted: number;
  /** Rounds before, for the compiler's sake. */
  readonly warmUp: number;
}

/** One figure of one round. Readings of the same `measure` are compared. */
export interface Reading {
  readonly measure: string;
  readonly unit: string;
  readonly value: number;
}

/** One of the things that a bench compares. */
export interface Contender {
  readonly name: string;
  /** Does one round of work, a few tenths of a second of it, and says what it measured. */
  round(): Promise<readonly Reading[]>;
}

/** Contenders that do comparable work. */
export interface Bench {
  /** What is compared, and the floor that must be reached, in a sentence or two. */
  readonly about: string;
  /** The contender that the ratios refer to. */
  readonly base: string;
  readonly contenders: readonly Contender[];
  /** How many rounds, where it matters; else the usual number. */
  readonly rounds?: Rounds;
  /** Ends what the bench started. */
  close?(): Promise<void>;
}
