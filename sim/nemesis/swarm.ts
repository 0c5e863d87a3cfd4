import type { FaultKind } from '../../src/locks/envelope.js';
import type { DrawStream } from '../kernel/draws.js';
import type { Episode, FaultRange, FaultScope } from './fault.js';
import { faults } from './faults.js';

/** A kind that a campaign may use, and whether it may leave the envelope. */
export interface AllowedFault {
  readonly kind: FaultKind;
  readonly scope: FaultScope;
}

/**
 * Draws a fault plan. Each run uses only some of the kinds, drawn anew: a bug that needs two kinds and no third is found
 * sooner than by always using all (Groce et al., "Swarm Testing", 2012). One run in ten has no faults.
 */
export function drawFaultPlan(draws: DrawStream, allowed: readonly AllowedFault[]): Episode[] {
  const plan: Episode[] = [];
  const quiet = draws.next(10) === 0;
  for (const { kind, scope } of allowed) {
    const fault = faults[kind];
    const targets = fault.targets(scope.topology);
    // Drawn for each kind before any is left out, so that taking a kind away changes little else.
    const used = draws.next(allowed.length <= 2 ? 2 : 3) === 0 || allowed.length === 1;
    const count = 1 + draws.next(fault.mostEpisodes?.(scope.topology) ?? 3);
    if (quiet || !used || targets.length === 0) continue;
    for (let at = 0; at < count; at++) plan.push(drawEpisode(draws, kind, targets, scope));
  }
  return plan.sort((one, other) => one.atMs - other.atMs);
}

function drawEpisode(draws: DrawStream, kind: FaultKind, targets: readonly string[], scope: FaultScope): Episode {
  const fault = faults[kind];
  const forMs = drawLength(draws, fault.lengthMs(scope));
  const latest = Math.max(0, scope.horizonMs - forMs);
  return {
    kind,
    atMs: fault.permanent === true ? 0 : draws.next(latest + 1),
    forMs,
    target: targets[draws.next(targets.length)] as string,
    strength: drawStrength(draws, fault.strength(scope)),
  };
}

/** Long ones as often as short ones, and short ones of every order of magnitude. */
function drawLength(draws: DrawStream, range: FaultRange): number {
  const short = draws.next(2);
  const span = (range.max - range.min) >> (short * (1 + draws.next(4)));
  return range.min + draws.next(span + 1);
}

/** The extremes come often: an envelope is tested at its edge. */
function drawStrength(draws: DrawStream, range: FaultRange): number {
  const extreme = draws.next(4);
  const between = range.min + draws.next(range.max - range.min + 1);
  if (extreme === 0) return range.max;
  return extreme === 1 && range.min < 0 ? range.min : between;
}
