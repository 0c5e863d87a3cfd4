import type { Engine } from './engine.js';
import type { Fairness } from './define-model.js';

/** What fairness is asked for: the steps of one or more instances, taken together. */
export interface FairUnit {
  readonly name: string;
  readonly kind: Fairness['kind'];
}

/**
 * All steps between the states of an engine. Steps that change nothing are left out: doing nothing is possible in every
 * state anyway, and fairness is about steps that change something.
 */
export interface Graph {
  readonly size: number;
  /** The steps out of state i are those from `offsets[i]` to before `offsets[i + 1]`. */
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  /** Which fair unit a step belongs to: an index into `units`, or -1. */
  readonly unitOf: Int16Array;
  readonly units: readonly FairUnit[];
}

/** Finds all steps again. The engine must have been explored to the end; `steps` is how many there are at most. */
export function graphOf(engine: Engine, steps: number): Graph {
  const { layout, instances } = engine;
  const units: FairUnit[] = [];
  const unitOfInstance = instances.map(({ unit, definition }) => {
    if (unit === null || definition.fair === undefined) return -1;
    const { kind } = definition.fair;
    const found = units.findIndex((known) => known.name === unit && known.kind === kind);
    return found === -1 ? units.push({ name: unit, kind }) - 1 : found;
  });
  const size = engine.count();
  const states = engine.states();
  const offsets = new Int32Array(size + 1);
  const targets = new Int32Array(steps);
  const unitOf = new Int16Array(steps);
  const out = new Int32Array(instances.length * layout.words);
  const labels = new Int32Array(instances.length);
  let length = 0;
  for (let state = 0; state < size; state += 1) {
    const many = engine.successors(states, state * layout.words, out, labels);
    for (let step = 0; step < many; step += 1) {
      const target = engine.find(out, step * layout.words);
      if (target === state) continue;
      targets[length] = target;
      unitOf[length] = unitOfInstance[labels[step] ?? 0] ?? -1;
      length += 1;
    }
    offsets[state + 1] = length;
  }
  return { size, offsets, targets: targets.subarray(0, length), unitOf: unitOf.subarray(0, length), units };
}
