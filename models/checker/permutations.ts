import type { Id, Ids } from './shape.js';

/** A renaming: for each symmetric set, where each of its names goes (index 0 is nobody, and stays). */
export type Renaming = ReadonlyMap<Ids, readonly (Id | 0)[]>;

/** More renamings than that make each state dearer than they save. */
const MOST = 720;

/** Every renaming but the one that changes nothing. */
export function renamings(sets: readonly Ids[]): Renaming[] {
  const total = sets.reduce((product, set) => product * factorial(set.length), 1);
  if (total > MOST) throw new RangeError(`symmetry over ${total} renamings costs more than it saves: at most ${MOST}`);
  const all = sets.reduce<Renaming[]>(
    (sofar, set) => sofar.flatMap((one) => permutationsOf(set).map((order) => new Map([...one, [set, [0 as const, ...order]]]))),
    [new Map()],
  );
  return all.filter((one) => [...one.values()].some((order) => order.some((to, from) => to !== from)));
}

/** Swaps of two neighbours: all renamings are made of these. */
export function swaps(sets: readonly Ids[]): Renaming[] {
  return sets.flatMap((set) =>
    set.slice(1).map((id): Renaming => new Map([[set, [0 as const, ...set.map((one) => (one === id ? ((id - 1) as Id) : one === id - 1 ? id : one))]]])),
  );
}

function permutationsOf(items: readonly Id[]): Id[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((first) => permutationsOf(items.filter((item) => item !== first)).map((rest) => [first, ...rest]));
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
