import type * as FastCheck from 'fast-check';
import type { FaultKind } from '../../src/locks/envelope.js';
import { type Episode, type FaultScope, pairs } from '../nemesis/fault.js';
import { faultKinds, faults } from '../nemesis/faults.js';
import { scopeOf } from '../simulate/draw-plan.js';
import type { SeenTopology } from '../simulate/seen-topology.js';
import { requireOptions, usualFaults } from '../simulate/settings.js';
import { UserInputError } from '../user-input-error.js';

/** Who is in the world that fault plans are made for. */
export interface FaultPlanConstraints {
  /** The names of the processes that may be hit. */
  readonly processes: readonly string[];
  /** The servers; one that is only named is durable, as `world.redis` makes them. */
  readonly servers: readonly (string | { readonly name: string; readonly durable: boolean })[];
  /** Who opens connections to whom; each process to each server when absent. `simulate` refuses faults of a link that its world does not have. */
  readonly links?: readonly (readonly [from: string, to: string])[];
  /** The kinds of faults; those that `simulate` draws from by itself when absent. */
  readonly faults?: readonly FaultKind[];
  /** Until when episodes begin, in virtual milliseconds; 2,000 when absent. */
  readonly horizonMs?: number;
  /** How many episodes a plan has at the most; 6 when absent. */
  readonly maxEpisodes?: number;
}

const DEFAULT_HORIZON_MS = 2_000;
const DEFAULT_EPISODES = 6;

/**
 * Fault plans as an arbitrary of the caller's own fast-check, for the option `plan` of `simulate`. They shrink as a reader
 * wants them: episodes go, then those that stay get shorter, weaker and sooner.
 *
 * Throws a `UserInputError` when a kind that is asked for could hit nothing here.
 */
export function faultPlanArbitrary(fc: typeof FastCheck, constraints: FaultPlanConstraints): FastCheck.Arbitrary<readonly Episode[]> {
  requireOptions('faultPlanArbitrary', constraints, ['processes', 'servers', 'links', 'faults', 'horizonMs', 'maxEpisodes']);
  for (const name of ['processes', 'servers'] as const) {
    if (!Array.isArray(constraints[name])) throw new UserInputError(`faultPlanArbitrary: ${name} must be a list of names (it may be empty)`);
  }
  const { horizonMs = DEFAULT_HORIZON_MS, maxEpisodes = DEFAULT_EPISODES } = constraints;
  requireWhole('horizonMs', horizonMs);
  requireWhole('maxEpisodes', maxEpisodes);
  const topology = topologyOf(constraints);
  const episodes = (constraints.faults ?? usualFaults).flatMap((kind) => {
    if (!faultKinds.includes(kind)) throw new UserInputError(`there is no fault ${JSON.stringify(kind)}; there is ${faultKinds.join(', ')}`);
    const scope = scopeOf(kind, { topology, horizonMs, calmMs: horizonMs });
    const targets = faults[kind].targets(scope.topology);
    if (targets.length > 0) return [episodeArbitrary(fc, kind, targets, scope)];
    if (constraints.faults === undefined) return [];
    throw new UserInputError(`faultPlanArbitrary: ${kind} could hit nothing here: leave it out, or name a process or server that it can hit`);
  });
  if (episodes.length === 0) throw new UserInputError('faultPlanArbitrary: there is nothing that a fault could hit: name at least one process or server');
  return fc.array(fc.oneof(...episodes), { maxLength: maxEpisodes, size: 'max' }).map(inOrder, unordered);
}

function episodeArbitrary(fc: typeof FastCheck, kind: FaultKind, targets: readonly string[], scope: FaultScope): FastCheck.Arbitrary<Episode> {
  const fault = faults[kind];
  return fc.record({
    kind: fc.constant(kind),
    forMs: fc.integer(fault.lengthMs(scope)),
    // Its mildest is the number nearest to 0, which is where whole numbers shrink to.
    strength: fc.integer(fault.strength(scope)),
    atMs: fc.integer({ min: 0, max: fault.permanent === true ? 0 : scope.horizonMs }),
    target: fc.constantFrom(...targets),
  });
}

const inOrder = (episodes: readonly Episode[]): readonly Episode[] => [...episodes].sort((one, other) => one.atMs - other.atMs);

/** Lets fast-check shrink a plan that it did not make: an example that somebody wrote down. */
function unordered(plan: unknown): Episode[] {
  if (!Array.isArray(plan)) throw new Error('not a fault plan');
  return [...(plan as Episode[])];
}

function topologyOf({ processes, servers, links }: FaultPlanConstraints): SeenTopology {
  const topology = {
    clients: processes,
    servers: servers.map((server) => (typeof server === 'string' ? { name: server, durable: true, peers: [] } : { ...server, peers: [] })),
  };
  return { ...topology, pairs: links === undefined ? pairs(topology) : links.map(([from, to]) => ({ from, to })) };
}

function requireWhole(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) throw new UserInputError(`faultPlanArbitrary: ${name} must be a whole number from 1 on, got ${value}`);
}
