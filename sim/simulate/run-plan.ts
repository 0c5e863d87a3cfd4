import type { Checkpoint } from '../kernel/checkpoints.js';
import { EscapeError } from '../kernel/escape-error.js';
import { lateSchedule } from '../kernel/schedule.js';
import { type RunEnd, World } from '../kernel/world.js';
import type { Trace } from '../kernel/trace.js';
import type { FaultCounts } from '../nemesis/nemesis.js';
import { Network } from '../network.js';
import { installVirtualNode } from '../node/install-virtual-node.js';
import { attachNodeHosts } from '../node/node-hosts.js';
import { UserInputError } from '../user-input-error.js';
import { TEST } from './cast.js';
import type { Failure, FailureKind } from './failure.js';
import type { Plan } from './plan.js';
import type { Recording } from './recording.js';
import type { SeenTopology } from './seen-topology.js';
import type { Settings } from './settings.js';
import { type DrawnInteger, type SimulationBody, SimulatedRun } from './simulated-run.js';
import { thrownText } from './thrown.js';
import { warmLua } from './warm-lua.js';
import { warmSqlParser } from './sql-parser.js';

/** What a run was. The same plan gives the same run, to the last digit of the digest. */
export interface PlanRun {
  readonly plan: Plan;
  /** Null when all went well. */
  readonly failure: Failure | null;
  readonly digest: string;
  readonly checkpoints: readonly Checkpoint[];
  readonly events: number;
  readonly virtualMs: number;
  readonly faults: FaultCounts;
  readonly topology: SeenTopology;
  readonly integers: readonly DrawnInteger[];
}

export interface RunPlanOptions {
  readonly body: SimulationBody;
  readonly settings: Settings;
  /** Where the run is written down, as a story or event by event. */
  readonly recording?: Recording;
  readonly trace?: Trace;
}

/** Everything that a simulation replaces, once and early: what a module captured before stays real. */
export function installSimulation(): void {
  installVirtualNode();
}

/** Runs a plan: a pure function of the plan, the body and the code under it. Throws a `UserInputError` when the body misuses its world. */
export async function runPlan(plan: Plan, { body, settings, recording, trace = recording }: RunPlanOptions): Promise<PlanRun> {
  installSimulation();
  const lua = await warmLua();
  await warmSqlParser();
  const world = new World({
    seed: plan.seed,
    overrides: plan.overrides,
    // Time is watched by the run itself: it can say who waits for what.
    budget: { events: settings.events, time: Number.MAX_SAFE_INTEGER },
    stuckMs: settings.stuckMs,
    ...(trace === undefined ? {} : { trace }),
  });
  if (plan.lateness !== null) world.schedulePolicy = lateSchedule(world.draws.stream('schedule'), plan.lateness.oneIn, plan.lateness.maxMicroseconds);
  const network = new Network(world);
  const hosts = attachNodeHosts(world, network);
  const run = new SimulatedRun({ world, network, plan, lua, recording: recording ?? null }, body);
  run.raise(settings.patienceMs);
  let failure: Failure | null;
  try {
    failure = failureOf(await world.run(), run, world, settings);
  } finally {
    run.freeze();
    hosts.release();
  }
  return {
    plan,
    failure,
    digest: world.digest,
    checkpoints: world.checkpoints(),
    events: world.events,
    virtualMs: world.now / 1000,
    faults: run.nemesis.counts,
    topology: run.topology(),
    integers: run.integers,
  };
}

function failureOf(end: RunEnd, run: SimulatedRun, world: World, settings: Settings): Failure | null {
  const failed = (kind: FailureKind, process: string, message: string, error: unknown = null): Failure => ({
    kind,
    process,
    message,
    error,
    time: world.now,
    event: world.events,
  });
  switch (end.kind) {
    case 'stopped':
      return null;
    case 'idle':
      return failed('stuck', TEST, run.whatIsMissing());
    case 'budget':
      return failed('events', world.current?.name ?? TEST, `the run was not over after ${settings.events} events: ${run.whatIsMissing()}`);
    case 'stuck':
      return failed('loop', end.process, `${end.process} computed for longer than ${settings.stuckMs} ms in one event, without a pause: an endless loop?`);
    case 'failed': {
      const { error, process } = end;
      if (error instanceof UserInputError) throw error;
      if (error instanceof EscapeError) return failed('escape', process, error.message, error);
      return run.failure !== null && run.failure.error === error ? run.failure : failed('uncaught', process, thrownText(error), error);
    }
  }
}
