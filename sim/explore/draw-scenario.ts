import type { Envelope, FaultKind } from '../../src/locks/envelope.js';
import type { IntegerRange, Operation, ServerName, WorkloadDefinition } from '../define-workload.js';
import { Draws, type DrawStream } from '../kernel/draws.js';
import type { FaultScope } from '../nemesis/fault.js';
import { drawFaultPlan } from '../nemesis/swarm.js';
import type { Scenario } from '../scenario.js';
import { topologyOf } from '../topology.js';

/** Which faults a campaign may use. Those in the envelope stay inside its bounds unless they were asked for by name. */
export interface FaultSelection {
  readonly kinds: readonly FaultKind[];
  readonly withinEnvelope: boolean;
}

/** The ranges that every workload has, unless it gives its own. */
const COMMON_PARAMS: Readonly<Record<string, IntegerRange>> = {
  clients: { min: 2, max: 5 },
  operations: { min: 1, max: 6 },
  ttlMs: { min: 200, max: 1000 },
};

export interface DrawnFrom {
  readonly workload: WorkloadDefinition;
  /** As the command named it: a name of ours, or a path. */
  readonly workloadName: string;
  readonly lockName: string;
  readonly assumes: Envelope;
  /** The servers of its world. */
  readonly servers: readonly ServerName[];
  readonly faults: FaultSelection;
  /** Numbers fixed instead of drawn: `clients`, `operations`, `ttlMs`, or any of the workload's own. */
  readonly fixed?: Readonly<Record<string, number>>;
}

/** The ranges of a workload's parameters, the common ones included. */
export const paramRanges = (workload: WorkloadDefinition): Readonly<Record<string, IntegerRange>> => ({ ...COMMON_PARAMS, ...workload.params });

/** The scenario of a seed: a pure function of its arguments. */
export function drawScenario(seed: number, from: DrawnFrom): Scenario {
  const draws = new Draws(seed);
  const params = drawNumbers(draws.stream('scenario/params'), paramRanges(from.workload), from.fixed);
  const operationDraws = draws.stream('scenario/operations');
  const clients = Array.from({ length: params['clients'] as number }, () =>
    Array.from({ length: drawCount(operationDraws, params['operations'] as number, from.fixed) }, () => drawNumbers(operationDraws, from.workload.operation)),
  );
  const horizonMs = horizonOf(clients, params);
  const faults = drawFaultPlan(
    draws.stream('scenario/faults'),
    from.faults.kinds.map((kind) => ({ kind, scope: scopeOf(from, params, clients.length, horizonMs) })),
  );
  const lateDraws = draws.stream('scenario/lateness');
  const isLate = lateDraws.next(3) === 0;
  return {
    version: 1,
    workload: from.workloadName,
    lock: from.lockName,
    seed,
    params,
    clients,
    faults,
    // No episode is cut short by the healing: a server that lost its memory must stay down as long as the envelope says.
    horizonMs: Math.max(horizonMs, ...faults.map((episode) => episode.atMs + episode.forMs)),
    lateness: isLate ? { oneIn: 1 + lateDraws.next(20), maxMicroseconds: 1 + lateDraws.next(20_000) } : null,
    overrides: {},
  };
}

/** What the faults of a scenario may be: needed again when it is shrunk, so that it never leaves the envelope on the way. */
export const scopeOf = (from: DrawnFrom, params: Readonly<Record<string, number>>, clients: number, horizonMs: number): FaultScope => ({
  topology: topologyOf(clients, from.servers),
  ttlMs: params['ttlMs'] as number,
  horizonMs,
  bounds: from.faults.withinEnvelope ? from.assumes.bounds : null,
});

/** Some clients do less than the others, so that the end of a run is not always a crowd. */
function drawCount(draws: DrawStream, most: number, fixed: DrawnFrom['fixed']): number {
  const count = 1 + draws.next(most);
  return fixed?.['operations'] ?? count;
}

/** Long enough for the faults to meet most of the work: about what the clients' own waiting adds up to. */
function horizonOf(clients: readonly (readonly Operation[])[], params: Readonly<Record<string, number>>): number {
  const total = clients.flat().reduce((sum, operation) => sum + (operation['thinkMs'] ?? 0) + (operation['holdMs'] ?? 0), 0);
  return Math.min(20_000, (params['ttlMs'] as number) + total);
}

function drawNumbers(draws: DrawStream, ranges: Readonly<Record<string, IntegerRange>>, fixed: Readonly<Record<string, number>> = {}): Record<string, number> {
  return Object.fromEntries(
    Object.entries(ranges).map(([name, { min, max }]) => {
      const drawn = min + draws.next(max - min + 1);
      return [name, fixed[name] ?? drawn];
    }),
  );
}
