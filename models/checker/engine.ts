import type { AnyState, System } from './define-model.js';
import { generateEngine } from './generate-engine.js';
import { instancesOf, type Instance } from './instances.js';
import { layoutOf, type Layout } from './layout.js';
import { ModelError } from './model-error.js';
import { renamings } from './permutations.js';
import { firstValue, pathOf } from './shape.js';

/** What generated code offers. Buffers hold packed states; `at` is where one begins. */
interface Generated {
  /** The scratch state that guards and invariants see; `unpack` fills it. */
  readonly s: AnyState;
  /** The scratch state that actions change; `pack` reads it. */
  readonly t: AnyState;
  /** Adds what follows the state `index` and returns how many steps lead on. */
  expand(index: number): number;
  /** What follows a packed state, packed and without regard to symmetry, with the instances that lead there. */
  successors(buffer: Int32Array, at: number, out: Int32Array, labels: Int32Array): number;
  unpack(buffer: Int32Array, at: number): AnyState;
  pack(buffer: Int32Array, at: number): void;
  /** Replaces a packed state by the one that stands for it under symmetry. */
  canonical(buffer: Int32Array, at: number): void;
  /** From now on, what belongs to other engines goes to their outboxes; until then, all is kept here. */
  shareOut(): void;
  /** Which of the engines that share the states keeps this one. */
  home(buffer: Int32Array, at: number): number;
  /** The index of a packed state; -1 if it is not known. */
  find(buffer: Int32Array, at: number): number;
  add(buffer: Int32Array, at: number, parent: number): number;
  /** How often each instance was taken. */
  readonly taken: Float64Array;
  /** For each invariant the first state that breaks it, or -1. */
  readonly firstBroken: Int32Array;
  firstStuck(): number;
  count(): number;
  states(): Int32Array;
  parents(): Int32Array;
  /** Of memory. */
  bytes(): number;
  /** How far each outbox is filled. */
  readonly full: number[];
}

/** A system made ready to be explored: its states live in here. */
export interface Engine extends Generated {
  readonly system: System;
  readonly layout: Layout;
  readonly instances: readonly Instance[];
  readonly invariants: readonly string[];
  /** The packed initial states. */
  readonly initial: readonly Int32Array[];
}

/** Which part of the states an engine keeps, and where it puts those that belong to others. A state's parent is given as its index * `of` + whose it is. */
export interface EngineShare {
  readonly me: number;
  readonly of: number;
  readonly outboxes: readonly Int32Array[];
}

export interface EngineOptions {
  /** Count states that differ only in names of a symmetric set as one. Off by default. */
  readonly symmetry?: boolean;
  readonly share?: EngineShare;
}

/** The parent of a state that has none. */
export const NO_PARENT = -1;

export function createEngine(system: System, { symmetry = false, share = { me: 0, of: 1, outboxes: [] } }: EngineOptions = {}): Engine {
  const layout = layoutOf(system.state);
  const instances = instancesOf(system);
  const invariants = Object.entries(system.always ?? {});
  const text = generateEngine({
    layout,
    instances: instances.map(({ args, definition }) => ({ args, guarded: definition.when !== undefined })),
    invariants: invariants.length,
    renamings: symmetry ? renamings(system.symmetry ?? []) : [],
    share,
  });
  const model = {
    when: instances.map(({ definition }) => definition.when),
    then: instances.map(({ definition }) => definition.then),
    invariants: invariants.map(([, holds]) => holds),
    names: layout.slots.map(({ cell: { domain } }) => (domain.kind === 'choice' ? domain.names : [])),
    outboxes: share.outboxes,
    outOfRange(slot: number, value: unknown, current: number): never {
      const cell = layout.slots[slot]?.cell;
      throw new ModelError(
        `${instances[current]?.label ?? 'init'} makes ${cell === undefined ? '?' : pathOf(cell)} ${String(value)}, which is outside of its declared range`,
      );
    },
  };
  // Generated from the declared shape only: no text of anybody's but ours becomes code here.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- code generation is the point
  const generated = new Function('model', text)(model) as Generated;
  return { ...generated, system, layout, instances, invariants: invariants.map(([name]) => name), initial: initialStates(system, layout, generated) };
}

function initialStates({ init }: System, layout: Layout, generated: Generated): Int32Array[] {
  const { t } = generated;
  const starts = init === undefined ? [() => undefined] : typeof init === 'function' ? [init] : init;
  return starts.map((start) => {
    for (const { cell } of layout.slots) assign(t, [cell.field, ...cell.indices], firstValue(cell.domain));
    start(t);
    const packed = new Int32Array(layout.words);
    generated.pack(packed, 0);
    return packed;
  });
}

function assign(target: object, [key, ...rest]: readonly (string | number)[], value: unknown): void {
  const fields = target as Record<string | number, unknown>;
  if (key === undefined) return;
  if (rest.length === 0) fields[key] = value;
  else assign(fields[key] as object, rest, value);
}
