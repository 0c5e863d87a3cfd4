import { type Counterexample, packedAt } from './counterexample.js';
import type { AnyState, System } from './define-model.js';
import { createEngine } from './engine.js';

export interface WalkOptions {
  /** At most so many steps; a walk also ends where nothing is possible. */
  readonly steps: number;
  /** A whole number from 0 to below `bound`: the only randomness there is, so that a walk can be gone again. */
  readonly choose: (bound: number) => number;
}

export interface Walk extends Counterexample {
  /** The first invariant that the walk's last state breaks; null when it broke none. The walk ends there. */
  readonly broken: string | null;
}

/**
 * One random behaviour of a system, with all its steps: for spaces too large to be searched at all, and for tests that let real
 * code do the same steps.
 */
export function walk(system: System, options: WalkOptions): Walk {
  return walker(system)(options);
}

/** Makes ready what all walks of one system need. */
export function walker(system: System): (options: WalkOptions) => Walk {
  const engine = createEngine(system);
  const { words } = engine.layout;
  const out = new Int32Array(engine.instances.length * words);
  const labels = new Int32Array(engine.instances.length);
  const invariants = Object.entries(system.always ?? {});
  return ({ steps: most, choose }) => {
    let current = engine.initial[choose(engine.initial.length)] as Int32Array;
    const stateOf = (packed: Int32Array): AnyState => structuredClone(engine.unpack(packed, 0));
    const steps: { action: string | null; state: AnyState }[] = [{ action: null, state: stateOf(current) }];
    for (;;) {
      const { state } = steps[steps.length - 1] as { state: AnyState };
      const broken = invariants.find(([, holds]) => !holds(state))?.[0] ?? null;
      const possible = broken === null && steps.length <= most ? engine.successors(current, 0, out, labels) : 0;
      if (possible === 0) return { steps, backTo: null, backBy: null, broken };
      const step = choose(possible);
      current = packedAt(out, step, words);
      steps.push({ action: engine.instances[labels[step] ?? 0]?.label ?? null, state: stateOf(current) });
    }
  };
}
