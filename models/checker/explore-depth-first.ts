import { type Engine, NO_PARENT } from './engine.js';
import type { SearchOptions } from './explore.js';

/** What a search that does not see everything, or not in order, found of one invariant. */
export interface DeepFinding {
  readonly name: string;
  /** The state that breaks it, as the engine knows it; null when none was met. */
  readonly state: number | null;
}

export interface DeepSearch {
  readonly distinct: number;
  /** The longest way that was gone. */
  readonly deepest: number;
  readonly finished: boolean;
  readonly findings: readonly DeepFinding[];
}

/**
 * Depth first: goes on from the state that was found last. For spaces too large to be searched level by level, where what goes
 * wrong goes wrong late. What it finds is true; its counterexamples are not short, and are stopped at `maxDepth` states.
 */
export function exploreDepthFirst(engine: Engine, { maxStates, maxDepth, progress }: SearchOptions & { readonly maxDepth: number }): DeepSearch {
  const pending: (readonly [state: number, depth: number])[] = [];
  for (const start of engine.initial) {
    engine.canonical(start, 0);
    const known = engine.count();
    engine.add(start, 0, NO_PARENT);
    if (engine.count() > known) pending.push([known, 1]);
  }
  let deepest = 0;
  let isCut = false;
  for (let next = pending.pop(); next !== undefined && engine.count() <= maxStates; next = pending.pop()) {
    const [state, depth] = next;
    deepest = Math.max(deepest, depth);
    const known = engine.count();
    engine.expand(state);
    if (depth >= maxDepth) isCut ||= engine.count() > known;
    else for (let found = known; found < engine.count(); found += 1) pending.push([found, depth + 1]);
    progress(engine.count(), deepest);
  }
  return {
    distinct: engine.count(),
    deepest,
    finished: !isCut && pending.length === 0 && engine.count() <= maxStates,
    findings: engine.invariants.map((name, index) => ({
      name,
      state: (engine.firstBroken[index] ?? -1) === -1 ? null : (engine.firstBroken[index] as number),
    })),
  };
}
