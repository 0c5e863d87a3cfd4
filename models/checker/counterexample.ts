import type { AnyState } from './define-model.js';
import type { Engine } from './engine.js';
import type { Stored } from './explore-parallel.js';
import { ModelError } from './model-error.js';

/** One state of a counterexample, and the step that led to it. */
export interface Step {
  /** `Acquire(1)`; null for the initial state. */
  readonly action: string | null;
  readonly state: Readonly<AnyState>;
}

/** How a property is violated. */
export interface Counterexample {
  readonly steps: readonly Step[];
  /** For liveness: after the last step all goes on from this one, for ever. If it is the last one, nothing happens any more. */
  readonly backTo: number | null;
  /** By which step it gets back there; null when nothing happens, or for a counterexample with an end. */
  readonly backBy: string | null;
}

/** A way through packed states, told as steps. Each state but the first must follow from the one before. */
export function narrate(engine: Engine, way: readonly Int32Array[], backTo: number | null = null): Counterexample {
  const { layout, instances } = engine;
  const out = new Int32Array(instances.length * layout.words);
  const labels = new Int32Array(instances.length);
  const steps: Step[] = [];
  let current: Int32Array | null = null;
  for (const wanted of way) {
    let action: string | null = null;
    if (current === null) current = initialLike(engine, wanted);
    else if (!isSame(current, wanted)) {
      const many: number = engine.successors(current, 0, out, labels);
      const step = Array.from({ length: many }, (_, index) => index).find((index) => isSame(canonical(engine, packedAt(out, index, layout.words)), wanted));
      if (step === undefined)
        throw new ModelError('the same state led to different ones: a guard or an effect reads something besides the state and the parameters');
      action = instances[labels[step] ?? 0]?.label ?? null;
      current = packedAt(out, step, layout.words);
    }
    steps.push({ action, state: structuredClone(engine.unpack(current, 0)) });
  }
  if (backTo === null || backTo === way.length - 1) return { steps, backTo, backBy: null };
  const again = narrate(engine, [way[way.length - 1] as Int32Array, way[backTo] as Int32Array]);
  return { steps, backTo, backBy: again.steps[1]?.action ?? null };
}

/** The states on the search's way to `state`, packed. */
export function wayTo({ states, parents }: Stored, state: number, words: number): Int32Array[] {
  const way: Int32Array[] = [];
  for (let at = state; at >= 0; at = parents[at] as number) way.push(packedAt(states, at, words));
  return way.reverse();
}

export const packedAt = (states: Int32Array, index: number, words: number): Int32Array => states.slice(index * words, (index + 1) * words);

/** Under symmetry, a stored state may be a renaming of the one that we start from. */
function initialLike(engine: Engine, wanted: Int32Array): Int32Array {
  return engine.initial.find((start) => isSame(canonical(engine, start), wanted)) ?? wanted;
}

function canonical(engine: Engine, state: Int32Array): Int32Array {
  const copy = state.slice();
  engine.canonical(copy, 0);
  return copy;
}

const isSame = (one: Int32Array, other: Int32Array): boolean => one.every((word, index) => word === other[index]);
