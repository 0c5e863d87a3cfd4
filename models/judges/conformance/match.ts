import type { History, OperationRecord } from '../../history.js';
import type { ConformanceModel, Guard, HiddenStep } from './conformance-model.js';
import type { VisibleEvent } from './visible-event.js';

/** A guard that was false where the run could not go on. */
export interface FalseGuard {
  readonly step: string;
  readonly guard: string;
  /** The operation to which the step could not happen; null for what is no operation. */
  readonly subject: OperationRecord | null;
}

export type Match =
  | { readonly kind: 'matched'; readonly matched: number; readonly of: number }
  /** The longest prefix that matches ends before `event`. `failed` begins with the event's own step; then come hidden steps that might have helped. */
  | { readonly kind: 'stuck'; readonly matched: number; readonly of: number; readonly event: VisibleEvent; readonly failed: readonly FalseGuard[] }
  /** More states were possible than may be kept. */
  | { readonly kind: 'exhausted'; readonly matched: number; readonly of: number };

/** How many states may be possible at once before the matcher gives up. */
export const DEFAULT_MOST_STATES = 5_000;

/**
 * Whether hidden steps can be put between the visible events such that every guard holds: after each event it knows all
 * states in which the model can be (the subset construction), so that nothing is ever taken back.
 */
export function match<State>(
  model: ConformanceModel<State>,
  events: readonly VisibleEvent[],
  params: History['params'],
  mostStates = DEFAULT_MOST_STATES,
): Match {
  const steps = events.flatMap((event) => {
    const step = model.visible.find((candidate) => candidate.shows(event));
    return step === undefined ? [] : [{ event, step }];
  });
  const of = steps.length;
  let states: readonly State[] = [model.init(params)];
  for (const [matched, { event, step }] of steps.entries()) {
    const commutes = step.commutes?.(event) === true;
    const possible: readonly State[] | null = commutes ? states : withHiddenSteps(model, states, event.at, mostStates);
    if (possible === null) return { kind: 'exhausted', matched, of };
    const allowed = possible.filter((state) => step.guards.every((guard) => guard.holds(state, event, event.at)));
    if (allowed.length === 0) return { kind: 'stuck', matched, of, event, failed: nearestTo(possible.map((state) => falseGuards(model, state, step, event))) };
    const next = allowed.map((state) => step.effect(state, event));
    states = commutes ? next : distinct(next, model);
  }
  return { kind: 'matched', matched: of, of };
}

function distinct<State>(states: readonly State[], model: ConformanceModel<State>): readonly State[] {
  return states.length === 1 ? states : [...new Map(states.map((state) => [model.keyOf(state), state])).values()];
}

/** The states to which any number of hidden steps lead; null when they are too many. */
function withHiddenSteps<State>(model: ConformanceModel<State>, states: readonly State[], by: number, most: number): readonly State[] | null {
  const reached = new Map<string, State>();
  const add = (state: State): void => {
    const settled = afterEagerSteps(model, state, by);
    const key = model.keyOf(settled);
    if (!reached.has(key)) reached.set(key, settled);
  };
  states.forEach(add);
  // What is added to a map while it is gone through comes up as well.
  for (const state of reached.values()) {
    if (reached.size > most) return null;
    for (const step of model.hidden) {
      for (const subject of step.subjects(state)) if (isPossible(step, state, subject, by)) add(step.effect(state, subject));
    }
  }
  return [...reached.values()];
}

function afterEagerSteps<State>({ hidden }: ConformanceModel<State>, from: State, by: number): State {
  let state = from;
  for (const step of hidden) {
    if (step.eager !== true) continue;
    // None of them makes another one possible: each is tried once.
    for (const subject of step.subjects(state)) if (isPossible(step, state, subject, by)) state = step.effect(state, subject);
  }
  return state;
}

const isPossible = <State>({ guards }: HiddenStep<State>, state: State, subject: OperationRecord, by: number): boolean =>
  guards.every((guard) => guard.holds(state, subject, by));

function falseGuards<State>(
  { hidden }: ConformanceModel<State>,
  state: State,
  step: { readonly name: string; readonly guards: readonly Guard<State, VisibleEvent>[] },
  event: VisibleEvent,
): FalseGuard[] {
  const own = event.kind === 'occurrence' ? null : event.record;
  const failed: FalseGuard[] = step.guards
    .filter((guard) => !guard.holds(state, event, event.at))
    .map((guard) => ({ step: step.name, guard: guard.name, subject: own }));
  const others: FalseGuard[] = [];
  for (const other of hidden) {
    for (const subject of other.subjects(state)) {
      for (const guard of other.guards) {
        if (!guard.holds(state, subject, event.at)) (subject === own ? failed : others).push({ step: other.name, guard: guard.name, subject });
      }
    }
  }
  return [...failed, ...others];
}

/** Of what was false in each possible state, the least: that state was the nearest to going on. */
function nearestTo(failures: readonly (readonly FalseGuard[])[]): readonly FalseGuard[] {
  return failures.reduce((least, failed) => (failed.length < least.length ? failed : least));
}
