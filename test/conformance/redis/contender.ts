import type { PortStep } from './port-step.js';
import type { TimeScale } from './run-clock.js';
import type { Transcript } from './transcript.js';

/** Something that claims to be a Redis, behind the port. */
export interface Contender {
  readonly name: string;
  /** Runs a sequence on an empty server, or one that looks empty. */
  run(steps: readonly PortStep[], scale: TimeScale): Promise<Transcript>;
  close(): Promise<void>;
}
