import type * as FastCheck from 'fast-check';
import type { FaultKind } from '../../src/locks/envelope.js';
import { defineLock, type LockDefinition } from '../define-lock.js';
import { defineWorkload, type WorkloadDefinition } from '../define-workload.js';
import type { DrawnFrom } from '../explore/draw-scenario.js';
import { scenarioArbitrary as arbitraryFrom } from '../explore/scenario-arbitrary.js';
import { runScenario as run, type RunResult } from '../run-scenario.js';
import type { Scenario } from '../scenario.js';
import { warmLua } from '../simulate/warm-lua.js';
import { serversOf } from '../topology.js';

/** What scenarios are made of: a workload over a lock. */
export interface ScenarioParts {
  readonly workload: WorkloadDefinition;
  readonly lock: LockDefinition;
  /** The kinds of faults, which may then leave the lock's envelope; all those inside of it when absent. */
  readonly faults?: readonly FaultKind[];
}

/**
 * Whole scenarios of a workload as an arbitrary of the caller's own fast-check: clients, operations, parameters and fault
 * plan. They shrink to fewer faults, clients and operations first, then to smaller numbers.
 */
export function scenarioArbitrary(fc: typeof FastCheck, { workload, lock, faults }: ScenarioParts): FastCheck.Arbitrary<Scenario> {
  const { assumes } = defineLock(lock);
  const from: DrawnFrom = {
    workload: defineWorkload(workload),
    workloadName: workload.name,
    lockName: lock.name,
    assumes,
    servers: serversOf(workload, lock),
    faults: faults === undefined ? { kinds: assumes.faults, withinEnvelope: true } : { kinds: faults, withinEnvelope: false },
  };
  return arbitraryFrom(fc, from);
}

/** Runs a scenario: a pure function of it, of the workload and of the lock. Nothing broke when `violations` is empty and `budget` null. */
export async function runScenario(scenario: Scenario, { workload, lock }: Pick<ScenarioParts, 'workload' | 'lock'>): Promise<RunResult> {
  return run(scenario, { workload, lock, lua: await warmLua() });
}
