import type { Episode } from '../nemesis/fault.js';
import { faults } from '../nemesis/faults.js';
import { pieces, towards } from '../explore/shrink-candidates.js';
import { scopeOf, type Terrain } from './draw-plan.js';
import type { Plan } from './plan.js';
import type { DrawnInteger } from './simulated-run.js';

/** The plan with fewer faults, the boldest first. */
export function* fewerFaults(plan: Plan): Generator<Plan> {
  if (plan.faults.length > 0) {
    if (plan.lateness !== null) yield { ...plan, faults: [], lateness: null };
    for (const kept of [[], ...pieces(plan.faults)]) if (kept.length < plan.faults.length) yield { ...plan, faults: kept };
  }
  if (plan.lateness !== null) yield { ...plan, lateness: null };
}

/** The plan with smaller numbers, of those that its run drew, and with shorter and weaker faults. */
export function* smallerNumbers(plan: Plan, integers: readonly DrawnInteger[], terrain: Terrain | null): Generator<Plan> {
  yield* withSmallerIntegers(plan, integers);
  for (const [index, episode] of plan.faults.entries()) {
    for (const gentler of gentlerEpisodes(episode, terrain)) yield { ...plan, faults: plan.faults.map((other, at) => (at === index ? gentler : other)) };
  }
  const last = Math.max(0, ...plan.faults.map((episode) => episode.atMs + episode.forMs));
  if (last < plan.horizonMs) yield { ...plan, horizonMs: last };
}

/** The same plan with every number pinned to what it drew: under another seed only the timing differs. */
export const pinned = (plan: Plan, integers: readonly DrawnInteger[]): Plan => integers.reduce((sum, drawn) => pin(sum, drawn, drawn.value), plan);

function* withSmallerIntegers(plan: Plan, integers: readonly DrawnInteger[]): Generator<Plan> {
  const large = integers.filter(({ value }) => value > 0);
  if (large.length > 1) yield large.reduce((sum, drawn) => pin(sum, drawn, 0), plan);
  for (const drawn of large) {
    for (const smaller of towards(drawn.value, 0)) yield pin(plan, drawn, smaller);
  }
}

const pin = (plan: Plan, { label, index }: DrawnInteger, value: number): Plan => ({
  ...plan,
  overrides: { ...plan.overrides, [label]: { ...plan.overrides[label], [index]: value } },
});

function* gentlerEpisodes(episode: Episode, terrain: Terrain | null): Generator<Episode> {
  const fault = faults[episode.kind];
  const scope = terrain === null ? null : scopeOf(episode.kind, terrain);
  const shortest = scope === null ? 1 : fault.lengthMs(scope).min;
  const strength = scope === null ? { min: 1, max: episode.strength } : fault.strength(scope);
  const mildest = Math.min(Math.max(0, strength.min), strength.max);
  for (const shorter of towards(episode.forMs, Math.min(shortest, episode.forMs))) yield { ...episode, forMs: shorter };
  for (const weaker of towards(episode.strength, mildest)) yield { ...episode, strength: weaker };
  for (const sooner of towards(episode.atMs, 0)) yield { ...episode, atMs: sooner };
}
