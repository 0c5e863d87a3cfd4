import type { FaultKind } from '../../../src/locks/envelope.js';
import type { SimulatedWorld } from '../../../sim/simulate/simulated-world.js';

/** A client or package as published, and something that it does in a simulated world. */
export interface CompatibilityCase {
  /** Its name in the registry; for what comes with Node: the module. */
  readonly name: string;
  /** The folder of `node_modules` that it is in; null for what comes with Node. */
  readonly folder: string | null;
  /** What the body makes it do. */
  readonly does: string;
  /** What its user must give or leave out for it to run; `nothing` is the aim. */
  readonly needs: string;
  /** What it is hit by. */
  readonly faults: readonly FaultKind[];
  readonly body: (world: SimulatedWorld) => Promise<void>;
}

/** What hits the links and the processes of a client, and the server that it talks to. */
export const clientFaults: readonly FaultKind[] = ['delay', 'stall', 'reset', 'restart', 'pause'];
