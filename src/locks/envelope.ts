/** The kinds of fault that a world can meet. Each is one file in `sim/nemesis/`. */
export type FaultKind =
  | 'delay'
  | 'stall'
  | 'reset'
  | 'one-way-partition'
  | 'partial-partition'
  | 'reply-lost'
  | 'datagram-loss'
  | 'datagram-duplication'
  | 'datagram-reordering'
  | 'crash'
  | 'restart'
  | 'flush'
  | 'pause'
  | 'clock-skew'
  | 'clock-drift'
  | 'clock-step';

/**
 * What a protocol assumes, as data. Inside it every promise holds; a campaign with `--faults all` draws from exactly this.
 * One notch outside, the promise breaks, and a test shows it.
 */
export interface Envelope {
  /** The faults that the protocol survives. */
  readonly faults: readonly FaultKind[];
  readonly bounds: EnvelopeBounds;
  /** The same in one sentence, for people. */
  readonly inWords: string;
}

export interface EnvelopeBounds {
  /** How far any party's clocks may run fast or slow against true time, in parts per million. */
  readonly clockDriftPpm: number;
  /** For how many ttls, at least, a server that lost its memory stays down before it answers again. */
  readonly memoryLossDowntimeTtls: number;
}
