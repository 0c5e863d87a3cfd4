import type { AnyField, Domain, Id, Ids, Shape, StateOf, ValueOf } from './shape.js';

/**
 * How a model is written. A model is a pure transition system: a state, actions that change it in one atomic step, and what
 * must be true. Which client acts, which message arrives, what time it is: all that is left open is an action's instances,
 * and the checker tries every one of them in every state.
 */

/** What must not be put off for ever, and how firmly. */
export interface Fairness {
  /**
   * `weak`: what stays possible is done at last. `strong`: what becomes possible again and again, even if not for ever, is
   * done at last.
   */
  readonly kind: 'weak' | 'strong';
  /** Actions that share a name are one: any of them, for the same instance, is enough. */
  readonly group?: string;
}

/** Weak fairness for each instance; with a `group`, for the instance's actions of that group together. */
export const weak = (group?: string): Fairness => (group === undefined ? { kind: 'weak' } : { kind: 'weak', group });
/** Strong fairness; see `weak`. */
export const strong = (group?: string): Fairness => (group === undefined ? { kind: 'strong' } : { kind: 'strong', group });

/** A question about the state. `a` and `b` are the instance: who, of what. */
export type Ask<S> = (s: Readonly<S>, a: Id, b: Id) => boolean;
/** A change of the state, in place. */
export type Change<S> = (s: S, a: Id, b: Id) => void;

export interface Action<S> {
  /** The sets over which the action ranges: at most two. Without any, there is one instance. */
  readonly for?: readonly [] | readonly [Ids] | readonly [Ids, Ids];
  /** When it can happen; must change nothing. Always, if not given. */
  readonly when?: Ask<S>;
  /** What is different afterwards; what is not assigned stays. */
  readonly then: Change<S>;
  /** That it is not put off for ever; without it, it may be. */
  readonly fair?: Fairness | undefined;
}

/** From some state on, for every instance, `to` comes at last. */
export interface LeadsTo<S> {
  readonly for?: Action<S>['for'];
  readonly from: Ask<S>;
  readonly to: Ask<S>;
}

/** Every behaviour comes to such a state at last, if only once. */
export interface Eventually<S> {
  readonly for?: Action<S>['for'];
  readonly reaches: Ask<S>;
}

/** The model, broken on purpose: a check that cannot fail is worth nothing. */
export interface Mutant<S> {
  /** The property that must be violated. */
  readonly breaks: string;
  /** Parts of actions that are different. */
  readonly actions: Readonly<Record<string, Partial<Action<S>>>>;
  /** Variables whose range is wider, so that the damage can be seen. */
  readonly state?: Readonly<Record<string, AnyField>>;
}

export interface SystemDefinition<S> {
  /** The start: numbers 0 (or as near as their range allows), first names, false, nobody; then changed by this. A list makes several starts. */
  readonly init?: ((s: S) => void) | readonly ((s: S) => void)[];
  readonly actions: Readonly<Record<string, Action<S>>>;
  /** What is true in every state that can be reached. */
  readonly always?: Readonly<Record<string, (s: Readonly<S>) => boolean>>;
  /** The name of the property that every state has a next one; without it, ends are welcome. */
  readonly deadlockFree?: string;
  readonly leadsTo?: Readonly<Record<string, LeadsTo<S>>>;
  readonly eventually?: Readonly<Record<string, Eventually<S>>>;
  /** Sets whose members could swap names without anybody noticing. Checked before it is believed. */
  readonly symmetry?: readonly Ids[];
  /** By the change that they make, in words. */
  readonly mutants?: Readonly<Record<string, Mutant<S>>>;
}

/** The state, when nobody needs to know its type. */
export type AnyState = Record<string, unknown>;
/** A system whose state's type is forgotten: what the checker works on. */
export interface System extends SystemDefinition<AnyState> {
  readonly state: Shape;
}

/** Declares a transition system; the functions get the type of their state from `state`. */
export function system<const S extends Shape>(definition: { readonly state: S } & SystemDefinition<StateOf<S>>): System {
  // The checker only ever calls the functions with states of this very shape.
  return definition as unknown as System;
}

export type Params = Readonly<Record<string, Domain>>;
export type ParamValue = number | string | boolean;
export type ParamValues = Readonly<Record<string, ParamValue>>;
type Given<P extends Params> = { readonly [Name in keyof P]: ValueOf<P[Name]> };

/** Parameters, and what must come out of them. */
export interface Row<Values = ParamValues> {
  readonly params: Values;
  /** Properties that hold. */
  readonly holds?: readonly string[];
  /** Properties that are violated, with the number of states in a shortest counterexample; null where there is no such number. */
  readonly violated?: Readonly<Record<string, number | null>>;
  /** How many states can be reached. */
  readonly distinct?: number;
  /** In how many levels of a breadth-first search; the initial states are the first. */
  readonly depth?: number;
}

export interface Model {
  readonly name: string;
  /** In one or two sentences, for reports. */
  readonly describe: string;
  readonly params: Params;
  /** The documented rows. The first gives the parameters that nobody names. */
  readonly rows: readonly Row[];
  system(params: ParamValues): System;
}

/** Declares a model: a family of systems, one for each choice of parameters. */
export function defineFormalModel<const P extends Params>(model: {
  readonly name: string;
  readonly describe: string;
  readonly params: P;
  readonly rows: readonly [Row<Given<P>>, ...Row<Given<P>>[]];
  readonly system: (params: Given<P>) => System;
}): Model {
  // Values come from `parseParams`, which checks them against `params`.
  return model as unknown as Model;
}

/** Is it true of at most one? */
export function atMostOne(of: Ids, is: (id: Id) => boolean): boolean {
  let found = false;
  for (const id of of) {
    if (!is(id)) continue;
    if (found) return false;
    found = true;
  }
  return true;
}

/** Of how many it is true. */
export function count(of: Ids, is: (id: Id) => boolean): number {
  let number = 0;
  for (const id of of) if (is(id)) number += 1;
  return number;
}
