import { loadModule } from 'libpg-query';
import { properties } from '../properties/index.js';
import type { Violation } from '../properties/property.js';
import { askedProperties } from './asked-properties.js';
import type { History } from '../models/history.js';
import type { LockDefinition } from './define-lock.js';
import type { WorkloadDefinition } from './define-workload.js';
import { installGuards } from './kernel/guards.js';
import { lateSchedule } from './kernel/schedule.js';
import { installVirtualGlobals } from './kernel/virtual-globals.js';
import { type Budget, defaultBudget, type RunEnd, World } from './kernel/world.js';
import type { Checkpoint } from './kernel/checkpoints.js';
import type { DrainMode } from './kernel/drain.js';
import type { Trace } from './kernel/trace.js';
import type { FaultCounts } from './nemesis/nemesis.js';
import { thrownMessage } from './recorder.js';
import type { Scenario } from './scenario.js';
import { SimHistory } from './sim-recorder.js';
import { Stage } from './stage.js';
import { serversOf } from './topology.js';
import type { LuaRuntime } from './servers/redis/lua/lua-runtime.js';
import { UserInputError } from './user-input-error.js';

export interface RunOptions {
  readonly workload: WorkloadDefinition;
  readonly lock: LockDefinition;
  /** One warm Lua machine can serve all runs of a thread. */
  readonly lua: LuaRuntime;
  readonly budget?: Budget;
  readonly drain?: DrainMode;
  readonly trace?: Trace;
  /** Off only to measure what it costs. */
  readonly digest?: boolean;
  /** See `WorldOptions`. A campaign needs none: its threads are watched from outside. */
  readonly stuckMs?: number;
}

/** `progress`: faults over and all patience used up, somebody was still not done. */
export type BudgetSpent = 'events' | 'time' | 'progress';

/** What a run was. The same scenario gives the same result, to the last digit of the digest. */
export interface RunResult {
  readonly history: History;
  readonly digest: string;
  readonly checkpoints: readonly Checkpoint[];
  readonly events: number;
  readonly virtualMs: number;
  /** The properties that broke; none when all that the workload asks for held. */
  readonly violations: readonly Violation[];
  readonly faults: FaultCounts;
  /** What a budget ended, if one did, or that setup, a client or the audit never came to its end: such a run is never a pass. */
  readonly budget: BudgetSpent | null;
}

/** Runs a scenario and judges its history: a pure function of the scenario, the plug-ins and the code. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<RunResult> {
  installVirtualGlobals();
  installGuards();
  const { workload, lock } = options;
  const asked = askedProperties(workload);
  // Its parser is WebAssembly: once loaded, it works at once.
  if (serversOf(workload, lock).includes('postgres')) await loadModule();
  const world = new World({
    seed: scenario.seed,
    overrides: scenario.overrides,
    budget: options.budget ?? defaultBudget,
    ...(options.drain === undefined ? {} : { drain: options.drain }),
    ...(options.trace === undefined ? {} : { trace: options.trace }),
    ...(options.digest === undefined ? {} : { digest: options.digest }),
    ...(options.stuckMs === undefined ? {} : { stuckMs: options.stuckMs }),
  });
  if (scenario.lateness !== null) {
    world.schedulePolicy = lateSchedule(world.draws.stream('schedule'), scenario.lateness.oneIn, scenario.lateness.maxMicroseconds);
  }
  const recording = new SimHistory(world);
  const stage = new Stage(world, recording, scenario, workload, lock, options.lua);
  stage.raise();
  const end = await world.run();
  const history = recording.finish(scenario.params);
  const cutOff = end.kind === 'budget' ? end.of : null;
  const budget = cutOff ?? (end.kind === 'failed' || end.kind === 'stuck' || stage.isComplete ? null : 'progress');
  const violations = [...brokenBy(end, world), ...asked.flatMap((property) => property.check(history) ?? [])];
  return {
    history,
    digest: world.digest,
    checkpoints: world.checkpoints(),
    events: world.events,
    virtualMs: world.now / 1000,
    // A run that was cut off by its budget has shown violations of `always`, but can show none of `eventually`.
    violations: cutOff === null ? violations : violations.filter((violation) => properties.get(violation.property)?.kind === 'always'),
    faults: stage.nemesis.counts,
    budget,
  };
}

/** Code under test that throws where nobody catches it breaks a property too. */
function brokenBy(end: RunEnd, world: World): Violation[] {
  if (end.kind !== 'failed' && end.kind !== 'stuck') return [];
  if (end.kind === 'failed' && end.error instanceof UserInputError) throw end.error;
  const what = end.kind === 'stuck' ? 'computes without end' : thrownMessage(end.error);
  return [{ property: 'no-unexpected-error', message: `${end.process}: ${what}`, event: world.events, operations: [] }];
}
