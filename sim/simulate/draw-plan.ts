import type { FaultKind } from '../../src/locks/envelope.js';
import { Draws, type DrawStream } from '../kernel/draws.js';
import type { Episode, FaultScope } from '../nemesis/fault.js';
import { faults } from '../nemesis/faults.js';
import { drawFaultPlan } from '../nemesis/swarm.js';
import { UserInputError } from '../user-input-error.js';
import type { Plan } from './plan.js';
import type { SeenTopology } from './seen-topology.js';
import type { Settings } from './settings.js';

/** What the calm run taught: who is there, and how long the faults may go on. */
export interface Terrain {
  readonly topology: SeenTopology;
  readonly horizonMs: number;
  /** How long the calm run took: in that time most happens. */
  readonly calmMs: number;
}

/** At least so long, in virtual milliseconds, may faults begin, however soon the calm run is over. */
const LEAST_HORIZON_MS = 1_000;

export const terrainOf = (topology: SeenTopology, calmMs: number, settings: Settings): Terrain => ({
  topology,
  calmMs: Math.max(1, Math.ceil(calmMs)),
  horizonMs: settings.horizonMs ?? Math.max(LEAST_HORIZON_MS, Math.ceil(calmMs)),
});

/** The plan of a seed: a pure function of its arguments. */
export function drawPlan(seed: number, terrain: Terrain, settings: Settings): Plan {
  const draws = new Draws(seed);
  const { horizonMs } = terrain;
  const allowed = settings.faults.map((kind) => ({ kind, scope: scopeOf(kind, terrain) }));
  const episodes = settings.plan ?? meetingTheWork(drawFaultPlan(draws.stream('plan/faults'), allowed), draws.stream('plan/begin'), terrain.calmMs);
  const late = draws.stream('plan/lateness');
  const isLate = late.next(3) === 0 && settings.lateness;
  return {
    version: 1,
    name: settings.name,
    seed,
    faults: [...episodes],
    horizonMs: Math.max(horizonMs, ...episodes.map((episode) => episode.atMs + episode.forMs)),
    lateness: isLate ? { oneIn: 1 + late.next(20), maxMicroseconds: 1 + late.next(20_000) } : null,
    overrides: {},
  };
}

/** Lets half of the episodes begin while, without faults, there would still be something going on. */
function meetingTheWork(episodes: readonly Episode[], draws: DrawStream, calmMs: number): Episode[] {
  const moved = episodes.map((episode) => (draws.next(2) === 0 ? { ...episode, atMs: episode.atMs % calmMs } : episode));
  return moved.sort((one, other) => one.atMs - other.atMs);
}

/** What a fault may be. What lasts may last as long as the whole chaos phase: how long the leases of strangers are nobody knows. */
export function scopeOf(kind: FaultKind, { topology, horizonMs }: Terrain): FaultScope {
  // A restart keeps what was acknowledged. For a server that keeps nothing that is another fault: `flush`.
  const servers = kind === 'restart' ? topology.servers.filter((server) => server.durable) : topology.servers;
  return { topology: { ...topology, servers }, ttlMs: Math.ceil(horizonMs / 2), horizonMs, bounds: null };
}

/** Complains about faults that were asked for one by one and could hit nothing in this world. */
export function requireTargets(terrain: Terrain, settings: Settings): void {
  for (const { kind, target } of settings.plan ?? []) {
    const targets = faults[kind].targets(scopeOf(kind, terrain).topology);
    if (targets.includes(target)) continue;
    const cure = targets.length === 0 ? `this world has nothing that it could hit${hint(kind)}` : `give one of ${targets.join(', ')}`;
    throw new UserInputError(`plan: the fault ${kind} cannot have the target ${JSON.stringify(target)}: ${cure}`);
  }
  if (!settings.faultsByName) return;
  for (const kind of settings.faults) {
    if (faults[kind].targets(scopeOf(kind, terrain).topology).length > 0) continue;
    throw new UserInputError(`faults: this world has nothing that ${kind} could hit${hint(kind)}; leave it out`);
  }
}

function hint(kind: FaultKind): string {
  if (kind === 'flush') return ' (a redis made with durable: false)';
  if (kind === 'restart') return ' (a redis that is durable, or a postgres)';
  return kind.startsWith('datagram') ? ' (nothing here sends datagrams)' : '';
}
