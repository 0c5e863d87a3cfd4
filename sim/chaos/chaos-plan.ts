import { Draws, type DrawStream } from '../kernel/draws.js';
import type { FaultRange } from '../nemesis/fault.js';
import type { ChaosEpisode, ChaosFaultKind, ChaosTopology } from './chaos-fault.js';
import { chaosFaults } from './chaos-faults.js';

export interface ChaosPlanSpec {
  readonly seed: number;
  readonly kinds: readonly ChaosFaultKind[];
  readonly topology: ChaosTopology;
  readonly ttlMs: number;
  /** How long the chaos phase is. */
  readonly horizonMs: number;
}

/**
 * A seeded plan in which each kind comes back at its own pace, at least once, spread over the whole time. (A campaign of
 * many runs leaves kinds out of each; a single long one has them all.)
 */
export function drawChaosPlan({ seed, kinds, topology, ttlMs, horizonMs }: ChaosPlanSpec): ChaosEpisode[] {
  const draws = new Draws(seed);
  const plan = kinds.flatMap((kind) => {
    const fault = chaosFaults.get(kind);
    const targets = fault?.targets(topology) ?? [];
    if (fault === undefined || targets.length === 0) return [];
    const stream = draws.stream(`plan/${kind}`);
    const count = Math.max(fault.atLeast, Math.round(horizonMs / fault.everyMs));
    const slot = horizonMs / count;
    return Array.from({ length: count }, (_, index): ChaosEpisode => {
      const forMs = drawLength(stream, fault.lengthMs(ttlMs));
      // All end in time: a fault that healing cuts short may be none.
      const latest = Math.max(0, Math.min((index + 1) * slot, horizonMs - forMs));
      const atMs = Math.min(latest, Math.floor(index * slot) + stream.next(Math.max(1, Math.floor(slot))));
      return { kind, atMs: Math.floor(atMs), forMs, target: targets[stream.next(targets.length)] as string, strength: drawBetween(stream, fault.strength) };
    });
  });
  return plan.sort((one, other) => one.atMs - other.atMs);
}

/** The extreme comes often, for an envelope is tested at its edge; else short ones are as likely as long ones. */
function drawLength(draws: DrawStream, range: FaultRange): number {
  const extreme = draws.next(3) === 0;
  const between = range.min + draws.next(((range.max - range.min) >> draws.next(3)) + 1);
  return extreme ? range.max : between;
}

const drawBetween = (draws: DrawStream, range: FaultRange): number => range.min + draws.next(range.max - range.min + 1);
