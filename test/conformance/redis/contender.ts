import type { PortStep } from './port-step.js';
import type { TimeScale } from './run-clock.js';
import type { Transcript } from './transcript.js';

/** Something that claims to be a Redis, behind the port. */
export interface Contender {
  readonly name: string;
  /**
   * Runs a sequence on an empty server, or one that looks empty. It began, as wall clocks have it, at `wallStartMs`: a simulated world sets
   * its clocks so, in the real one it is now.
   */
  run(steps: readonly PortStep[], scale: TimeScale, wallStartMs: number): Promise<Transcript>;
  close(): Promise<void>;
}
