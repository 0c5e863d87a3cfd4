import type { Action, AnyState, Fairness, System } from './define-model.js';
import type { Id } from './shape.js';

/** One action with its instance fixed: `Ask(1, 3)`. */
export interface Instance {
  readonly action: string;
  readonly definition: Action<AnyState>;
  readonly args: readonly Id[];
  /** `Acquire(2)`. */
  readonly label: string;
  /** The unit of fairness that a step of this instance belongs to; null where none is asked. */
  readonly unit: string | null;
}

/** All instances of all actions, in the order of their declaration. */
export function instancesOf(system: System): Instance[] {
  return Object.entries(system.actions).flatMap(([action, definition]) =>
    argumentsOf(definition.for).map((args) => ({ action, definition, args, label: labelOf(action, args), unit: unitOf(action, definition.fair, args) })),
  );
}

/** The members of the product of at most two sets; `[[]]` of none. */
export function argumentsOf(sets: Action<AnyState>['for']): readonly (readonly Id[])[] {
  return (sets ?? []).reduce<readonly (readonly Id[])[]>((sofar, set) => sofar.flatMap((args) => set.map((id) => [...args, id])), [[]]);
}

export const labelOf = (name: string, args: readonly Id[]): string => (args.length === 0 ? name : `${name}(${args.join(', ')})`);

function unitOf(action: string, fair: Fairness | undefined, args: readonly Id[]): string | null {
  return fair === undefined ? null : labelOf(fair.group ?? action, args);
}
