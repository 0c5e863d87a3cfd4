import type { History, OperationRecord } from '../../history.js';
import type { VisibleEvent } from './visible-event.js';

/** One condition of a step, in words that an engineer reads when it was false. */
export interface Guard<State, Subject> {
  readonly name: string;
  /** `by`: the step happens at this true time at the latest, in microseconds. What holds by then holds by any later time. */
  holds(state: State, subject: Subject, by: number): boolean;
}

/** A step that the history shows: a request leaves, a reply is in its caller's hands, something happens to a process. */
export interface VisibleStep<State> {
  readonly name: string;
  /** Whether an event is this step. What is no step of the model is none of its business. */
  shows(event: VisibleEvent): boolean;
  readonly guards: readonly Guard<State, VisibleEvent>[];
  effect(state: State, event: VisibleEvent): State;
  /**
   * True where the step has no guard, and hidden steps before it lead where the same ones lead after it: then none are tried before
   * it. It only saves time.
   */
  commutes?(event: VisibleEvent): boolean;
}

/** A step that no history shows: something happens at the server, between two events that it does show. */
export interface HiddenStep<State> {
  readonly name: string;
  /** The operations to which it could happen; none of them is left out because a guard is false. */
  subjects(state: State): readonly OperationRecord[];
  readonly guards: readonly Guard<State, OperationRecord>[];
  effect(state: State, subject: OperationRecord): State;
  /** True where nothing is lost by taking the step as soon as it can be taken, and it makes no other such step possible: then no run without it is tried. It only saves time. */
  readonly eager?: boolean;
}

/**
 * A protocol, step by step, as what judges runs: a run follows it when hidden steps can be put between the visible ones
 * such that every guard holds.
 *
 * A model is pure: states are values, and `effect` makes a new one. Hidden steps come to an end: from no state can infinitely
 * many of them be taken. A request knows its whole record, also how it will be answered: what the server is going to say is
 * as good as said.
 */
export interface ConformanceModel<State> {
  readonly name: string;
  readonly about: string;
  init(params: History['params']): State;
  readonly visible: readonly VisibleStep<State>[];
  readonly hidden: readonly HiddenStep<State>[];
  /** Tells states apart: equal for states that allow the same. */
  keyOf(state: State): string;
}
