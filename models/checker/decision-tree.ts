import type { AnyState } from './define-model.js';
import { ModelError } from './model-error.js';
import type { Cell, Domain } from './shape.js';

export type Value = number | string | boolean;

/** What a variable becomes: a constant, or another (or its own) old value plus something. */
export type Written = { readonly value: Value } | { readonly cell: number; readonly plus: number };

/** What a function of the state comes to, once it has seen enough: a truth value, or the variables that it changes. */
export type Leaf = boolean | ReadonlyMap<number, Written>;

/** A function of the state, as questions about its variables. It is exact: all values of all variables that matter are covered. */
export type Tree = Leaf | { readonly cell: number; readonly branches: readonly Branch[] };

export interface Branch {
  readonly values: readonly Value[];
  readonly tree: Tree;
}

/** More runs of one function than that: it depends on too much at once to be written down. */
const MOST_RUNS = 200_000;

/**
 * Finds out what a function does by running it on a state that watches what is read. Whenever a variable is read whose value is
 * not settled yet, the function is run again for each value that it may have.
 */
export function decisionTree(cells: readonly Cell[], run: (s: AnyState) => boolean | 'changes'): Tree {
  const settled = new Map<number, Value>();
  const written = new Map<number, Value>();
  const s = watched(cells, settled, written);
  let runs = 0;
  const build = (): Tree => {
    runs += 1;
    if (runs > MOST_RUNS) throw new ModelError('too much is read at once to be written out: give smaller parameters');
    written.clear();
    try {
      const answer = run(s);
      return answer === 'changes' ? new Map([...written].map(([cell, value]) => [cell, { value }])) : answer;
    } catch (error) {
      if (!(error instanceof Unsettled)) throw error;
      const { cell } = error;
      const branches = valuesOf((cells[cell] as Cell).domain).map((value) => {
        settled.set(cell, value);
        const tree = build();
        settled.delete(cell);
        return { values: [value], tree };
      });
      return joined(cell, branches);
    }
  };
  return build();
}

/** Thrown again and again, by the same watched state: making it anew each time would cost more than all the rest. */
class Unsettled extends Error {
  cell = -1;
}

export const isAsking = (tree: Tree): tree is Exclude<Tree, Leaf> => typeof tree === 'object' && !(tree instanceof Map);

export function valuesOf(domain: Domain): Value[] {
  switch (domain.kind) {
    case 'range':
      return Array.from({ length: domain.max - domain.min + 1 }, (_, index) => domain.min + index);
    case 'choice':
      return [...domain.names];
    case 'flag':
      return [false, true];
    case 'id':
      return [0, ...domain.of];
  }
}

function watched(cells: readonly Cell[], settled: ReadonlyMap<number, Value>, written: Map<number, Value>): AnyState {
  const state: AnyState = {};
  const unsettled = new Unsettled('a variable was read that is not settled yet');
  cells.forEach(({ field, indices }, cell) => {
    const path = [field, ...indices];
    let owner = state as Record<string | number, unknown>;
    for (const key of path.slice(0, -1)) owner = (owner[key] ??= nobodys()) as Record<string | number, unknown>;
    Object.defineProperty(owner, path[path.length - 1] as string | number, {
      get(): Value {
        const value = written.get(cell) ?? settled.get(cell);
        if (value !== undefined) return value;
        unsettled.cell = cell;
        throw unsettled;
      },
      set: (value: Value) => written.set(cell, value),
    });
  });
  return state;
}

/** A list whose index 0 is nobody's: what a function writes there, in a state that cannot be reached, is lost, as it is in TLA+. */
function nobodys(): unknown[] {
  return Object.defineProperty([], 0, { get: () => undefined, set: () => undefined });
}

/** Joins branches that do the same, or the same relative to the variable that was asked for. */
function joined(cell: number, branches: readonly Branch[]): Tree {
  const groups: Branch[] = [];
  for (const { values, tree } of branches) {
    const value = values[0] as Value;
    const at = groups.findIndex((group) => unified(group.tree, tree, cell, group.values, value) !== null);
    const group = groups[at];
    if (group === undefined) groups.push({ values, tree });
    else groups[at] = { values: [...group.values, value], tree: unified(group.tree, tree, cell, group.values, value) as Tree };
  }
  return groups.length === 1 ? (groups[0] as Branch).tree : { cell, branches: groups };
}

/** One tree for what `one` does for the values `of` and `other` does for `value`; null if there is none. */
function unified(one: Tree, other: Tree, cell: number, of: readonly Value[], value: Value): Tree | null {
  if (typeof one === 'boolean' || typeof other === 'boolean') return one === other ? one : null;
  if (isAsking(one)) {
    if (!isAsking(other) || one.cell !== other.cell || one.branches.length !== other.branches.length) return null;
    const branches = one.branches.map(({ values, tree }, index) => {
      const theirs = other.branches[index] as Branch;
      const both = values.join() === theirs.values.join() ? unified(tree, theirs.tree, cell, of, value) : null;
      return both === null ? null : { values, tree: both };
    });
    return branches.some((branch) => branch === null) ? null : { cell: one.cell, branches: branches as Branch[] };
  }
  if (isAsking(other) || one.size !== other.size) return null;
  const changes = new Map<number, Written>();
  for (const [target, written] of one) {
    const theirs = other.get(target);
    const both = theirs === undefined ? null : sameWritten(written, theirs, cell, of, value);
    if (both === null) return null;
    changes.set(target, both);
  }
  return changes;
}

function sameWritten(one: Written, other: Written, cell: number, of: readonly Value[], value: Value): Written | null {
  if ('cell' in other) return 'cell' in one && one.cell === other.cell && one.plus === other.plus ? one : null;
  if ('value' in one && one.value === other.value) return one;
  if (typeof other.value !== 'number' || typeof value !== 'number') return null;
  const plus = other.value - value;
  if ('cell' in one) return one.cell === cell && one.plus === plus ? one : null;
  return of.length === 1 && typeof one.value === 'number' && typeof of[0] === 'number' && one.value - of[0] === plus ? { cell, plus } : null;
}

/** What the tree says of a state: for a test of the tree, and nothing else. */
export function evaluate(tree: Tree, valueOf: (cell: number) => Value): boolean | ReadonlyMap<number, Value> {
  if (typeof tree === 'boolean') return tree;
  if (!isAsking(tree)) return new Map([...tree].map(([cell, one]) => [cell, 'value' in one ? one.value : (valueOf(one.cell) as number) + one.plus]));
  const value = valueOf(tree.cell);
  const branch = tree.branches.find(({ values }) => values.includes(value));
  if (branch === undefined) throw new ModelError(`no branch for ${String(value)}`);
  return evaluate(branch.tree, valueOf);
}
