import type { History, OperationRecord } from '../history.js';

/**
 * What an object does when nobody else is there: one operation after the other. Everything that clients did at the same
 * time is then judged by whether some order of it, one after the other, would have given the same answers.
 *
 * A model is pure. States are values, never `undefined`: `step` makes a new one and never changes the old one.
 */
export interface SequentialModel<State> {
  /** As commands and reports call it. */
  readonly name: string;
  /** What it says of the object, in a sentence. */
  readonly about: string;
  /** The operations that it judges, by name. Others in the history are nothing to it. */
  readonly operations: readonly string[];
  /** The state before the first operation. `params` are the history's: `stock`, `permits`... */
  init(params: Readonly<Record<string, number>>): State;
  /**
   * The state after the operation, or undefined when it cannot have been answered like that in this state. It is asked about
   * operations that are `ok`, and about those that are `unknown`: then there is no answer to look at, the question is
   * what the operation does if it happens.
   */
  step(state: State, operation: OperationRecord): State | undefined;
  /** Whether the operation may be refused in this state. A model without this says nothing of refusals: they had no effect. */
  mayRefuse?(state: State, operation: OperationRecord): boolean;
  /** Whether two states are the same. Without it: primitive values by value, plain objects and arrays by their content. */
  equal?(one: State, other: State): boolean;
  /** The state in words, for engineers: "the register holds 3". */
  describe(state: State): string;
  /** What the model would have taken instead, in words, where that is one thing: "a read had to answer 3". */
  expected?(state: State, operation: OperationRecord): string;
  /**
   * Which object an operation is about; objects are judged one by one. Without it: its key. Give every operation the same
   * name when the model is about all keys together.
   */
  objectOf?(operation: OperationRecord): string;
  /**
   * What the operation does if it happens, in a text that is the same for all that do the same whoever asks. Unanswered ones
   * with one text then need not be told apart, and judging is much faster. Without it, all are told apart.
   */
  effectOf?(operation: OperationRecord): string;
  /** The operations to be judged, made of the recorded ones: what is implied (a lease that runs out) is said, attempts at one thing become one. */
  prepare?(operations: readonly OperationRecord[], history: History): readonly OperationRecord[];
  /** An exact and quick way for histories of a certain form; null for others. */
  shortcut?(operations: readonly OperationRecord[], params: Readonly<Record<string, number>>): ObjectVerdict | null;
}

/** A model of states that nobody needs to name. */
export type AnyModel = SequentialModel<unknown>;

/** What was found out about one object. */
export type ObjectVerdict =
  | { readonly verdict: 'valid' }
  | { readonly verdict: 'undecided'; readonly reason: string }
  /** `operations` are the ones to look at, the last one the one that cannot be explained. */
  | { readonly verdict: 'invalid'; readonly reason: string; readonly operations: readonly OperationRecord[] };

export const VALID: ObjectVerdict = { verdict: 'valid' };

/** Checks a model and gives it back. Throws a TypeError with one line when it cannot work. */
export function defineModel<State>(model: SequentialModel<State>): SequentialModel<State> {
  const problem = problemWith(model);
  if (problem !== null) throw new TypeError(`defineModel: ${problem}`);
  return model;
}

function problemWith(model: Partial<Record<keyof SequentialModel<unknown>, unknown>> | null | undefined): string | null {
  if (typeof model !== 'object' || model === null) return 'expected an object with name, about, operations, init, step and describe';
  const { name } = model;
  if (typeof name !== 'string' || name === '') return 'name must be a text';
  if (typeof model.about !== 'string') return `model ${name}: about must say in a sentence what it is about`;
  const { operations } = model;
  if (!Array.isArray(operations) || operations.length === 0 || !operations.every((name) => typeof name === 'string')) {
    return `model ${name}: operations must name at least one operation`;
  }
  for (const part of ['init', 'step', 'describe'] as const) {
    if (typeof model[part] !== 'function') return `model ${name}: ${part} must be a function`;
  }
  for (const part of ['mayRefuse', 'equal', 'expected', 'objectOf', 'effectOf', 'prepare', 'shortcut'] as const) {
    if (model[part] !== undefined && typeof model[part] !== 'function') return `model ${name}: ${part} must be a function, where it is given`;
  }
  return null;
}
