import { Components } from './components.js';
import type { Graph } from './graph.js';

/**
 * Looks for states in which a fair behaviour can stay for ever: strongly connected, and such that going round through all of
 * them for ever wrongs nobody. Null when there are none among the states whose `region` is 1.
 *
 * - A weakly fair unit is wronged when it is possible in every state of the component, and no step inside is its own. Then it
 *   is so in every part of the component, too.
 * - A strongly fair unit is wronged when it is possible somewhere in the component, and no step inside is its own. A part of
 *   the component that avoids those states may be fair nevertheless: so they are taken out and what remains is looked at
 *   again (Streett's condition).
 */
export function fairComponent(graph: Graph, region: Int32Array, members: readonly number[]): Int32Array | null {
  const weighed = new Weighing(graph);
  const components = new Components(graph);
  const pending: { id: number; members: ArrayLike<number> & Iterable<number> }[] = [{ id: 1, members }];
  let ids = 1;
  let found: Int32Array | null = null;
  for (let part = pending.pop(); part !== undefined && found === null; part = pending.pop()) {
    components.each(region, part.id, part.members, (states) => {
      const { isFair, without } = weighed.weigh(states, region);
      if (isFair) found = states;
      else if (without !== null) {
        ids += 1;
        for (const state of without) region[state] = ids;
        pending.push({ id: ids, members: without });
      }
      return isFair;
    });
  }
  return found;
}

interface Verdict {
  readonly isFair: boolean;
  /** The part that may be fair though the whole is not; null when no part can be. */
  readonly without: Int32Array | null;
}

class Weighing {
  /** For each unit: in how many states of the component it is possible, and whether a step inside is its own. */
  private readonly possible: Int32Array;
  private readonly done: Uint8Array;
  private readonly seenIn: Int32Array;
  private readonly inside: Uint8Array;

  constructor(private readonly graph: Graph) {
    this.possible = new Int32Array(graph.units.length);
    this.done = new Uint8Array(graph.units.length);
    this.seenIn = new Int32Array(graph.units.length);
    this.inside = new Uint8Array(graph.size);
  }

  weigh(states: Int32Array, region: Int32Array): Verdict {
    const { graph, possible, done, seenIn, inside } = this;
    const { offsets, targets, unitOf, units } = graph;
    if (states.length === 1) return { isFair: !hasFairStep(graph, states[0] as number), without: null };
    possible.fill(0);
    done.fill(0);
    seenIn.fill(-1);
    for (const state of states) inside[state] = 1;
    for (const state of states) {
      for (let step = offsets[state] as number; step < (offsets[state + 1] as number); step += 1) {
        const unit = unitOf[step] as number;
        if (unit === -1) continue;
        if (seenIn[unit] !== state) {
          seenIn[unit] = state;
          possible[unit] = (possible[unit] as number) + 1;
        }
        if (inside[targets[step] as number] === 1) done[unit] = 1;
      }
    }
    for (const state of states) inside[state] = 0;
    const wronged = units.flatMap(({ kind }, unit) => (done[unit] === 0 && (possible[unit] as number) >= (kind === 'weak' ? states.length : 1) ? [unit] : []));
    if (wronged.length === 0) return { isFair: true, without: null };
    if (wronged.some((unit) => possible[unit] === states.length)) return { isFair: false, without: null };
    const isWronged = new Set(wronged);
    const without = states.filter((state) => {
      for (let step = offsets[state] as number; step < (offsets[state + 1] as number); step += 1) if (isWronged.has(unitOf[step] as number)) return false;
      return true;
    });
    for (const state of states) region[state] = 0;
    return { isFair: false, without };
  }
}

function hasFairStep({ offsets, unitOf }: Graph, state: number): boolean {
  for (let step = offsets[state] as number; step < (offsets[state + 1] as number); step += 1) if (unitOf[step] !== -1) return true;
  return false;
}
