import type { Graph } from './graph.js';

/** A behaviour without end, as states: a way in, and a round that is gone for ever. A round of one state is standing still. */
export interface Lasso {
  readonly stem: readonly number[];
  /** Begins where the stem ends, and leads back to there; its first state is the stem's last. */
  readonly round: readonly number[];
}

/** A shortest way from one of `sources` to a state that `isGoal`, inside `isInside`; both ends included. Null if there is none. */
export function shortestWay(
  { offsets, targets }: Graph,
  sources: Iterable<number>,
  isInside: (state: number) => boolean,
  isGoal: (state: number) => boolean,
): number[] | null {
  const before = new Map<number, number>();
  let frontier: number[] = [];
  for (const source of sources) {
    if (!before.has(source)) frontier.push(source);
    before.set(source, -1);
  }
  const found = frontier.find(isGoal);
  if (found !== undefined) return [found];
  while (frontier.length > 0) {
    const next: number[] = [];
    for (const state of frontier) {
      for (let step = offsets[state] as number; step < (offsets[state + 1] as number); step += 1) {
        const target = targets[step] as number;
        if (before.has(target) || !isInside(target)) continue;
        before.set(target, state);
        if (isGoal(target)) return backFrom(target, before);
        next.push(target);
      }
    }
    frontier = next;
  }
  return null;
}

function backFrom(state: number, before: ReadonlyMap<number, number>): number[] {
  const way: number[] = [];
  for (let at = state; at !== -1; at = before.get(at) ?? -1) way.push(at);
  return way.reverse();
}

/**
 * A round through a fair component that shows why it is fair: for each unit it takes one of the unit's steps, or, for a weakly
 * fair one, passes a state in which the unit is impossible.
 */
export function fairRound(graph: Graph, component: Int32Array, start: number): number[] {
  const { offsets, targets, unitOf, units } = graph;
  const members = new Set(component);
  const inside = (state: number): boolean => members.has(state);
  const round = [start];
  const goTo = (isGoal: (state: number) => boolean): boolean => {
    const way = shortestWay(graph, [round[round.length - 1] ?? start], inside, isGoal);
    if (way === null) return false;
    round.push(...way.slice(1));
    return true;
  };
  const stepOf = (state: number, unit: number): number | null => {
    for (let step = offsets[state] as number; step < (offsets[state + 1] as number); step += 1) {
      if (unitOf[step] === unit && members.has(targets[step] as number)) return targets[step] as number;
    }
    return null;
  };
  const isPossible = (state: number, unit: number): boolean => {
    for (let step = offsets[state] as number; step < (offsets[state + 1] as number); step += 1) if (unitOf[step] === unit) return true;
    return false;
  };
  units.forEach(({ kind }, unit) => {
    const isIdle = kind === 'weak' ? round.some((state) => !isPossible(state, unit)) : !component.some((state) => isPossible(state, unit));
    if (isIdle || round.some((state, at) => round[at + 1] !== undefined && stepOf(state, unit) === round[at + 1])) return;
    if (goTo((state) => stepOf(state, unit) !== null)) round.push(stepOf(round[round.length - 1] ?? start, unit) ?? start);
    else goTo((state) => !isPossible(state, unit));
  });
  if (round.length === 1 && component.length > 1) {
    // Nothing is asked: any way round will do.
    const step = targets.subarray(offsets[start], offsets[start + 1]).find(inside);
    if (step !== undefined) round.push(step);
  }
  goTo((state) => state === start);
  return round.length > 1 && round[round.length - 1] === start ? round.slice(0, -1) : round;
}
