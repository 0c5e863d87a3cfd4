import type { Dependency, DependencyKind } from './dependencies.js';
import type { Transaction } from './transaction.js';

/** Adya's names for what a cycle of dependencies is. */
export type CycleName = 'G0' | 'G1c' | 'G-single' | 'G2';

export interface Cycle {
  readonly name: CycleName;
  /** Each ends where the next one begins, the last one where the first one does. */
  readonly dependencies: readonly Dependency[];
}

type Edges = ReadonlyMap<Transaction, readonly Dependency[]>;

/**
 * A cycle among the dependencies, of the worst sort that there is, and a shortest one of that sort; null when there is none,
 * so that the transactions can be put in a row.
 */
export function worstCycle(dependencies: readonly Dependency[]): Cycle | null {
  const only = (...kinds: readonly DependencyKind[]): readonly Dependency[] => inCycles(dependencies.filter(({ kind }) => kinds.includes(kind)));
  const all = only('ww', 'wr', 'rw');
  if (all.length === 0) return null;
  const written = only('ww');
  if (written.length > 0) return named('G0', shortest(written, written));
  const informed = only('ww', 'wr');
  if (informed.length > 0) return named('G1c', shortest(informed, informed));
  const against = all.filter(({ kind }) => kind === 'rw');
  const single = shortest(
    against,
    all.filter(({ kind }) => kind !== 'rw'),
  );
  return single === null ? named('G2', shortest(against, all)) : named('G-single', single);
}

const named = (name: CycleName, dependencies: readonly Dependency[] | null): Cycle | null => (dependencies === null ? null : { name, dependencies });

/** A shortest way that begins with one of `first` and comes back by `others`. */
function shortest(first: readonly Dependency[], others: readonly Dependency[]): readonly Dependency[] | null {
  const edges = edgesOf(others);
  let best: readonly Dependency[] | null = null;
  for (const start of first) {
    const back = path(start.to, start.from, edges, best === null ? Infinity : best.length - 1);
    if (back !== null) best = [start, ...back];
    if (best?.length === 2) break;
  }
  return best;
}

function path(from: Transaction, to: Transaction, edges: Edges, shorterThan: number): readonly Dependency[] | null {
  const reachedBy = new Map<Transaction, Dependency | null>([[from, null]]);
  let front = [from];
  for (let length = 1; front.length > 0 && length < shorterThan; length += 1) {
    const next: Transaction[] = [];
    for (const at of front) {
      for (const edge of edges.get(at) ?? []) {
        if (reachedBy.has(edge.to)) continue;
        reachedBy.set(edge.to, edge);
        if (edge.to === to) return wayTo(to, reachedBy);
        next.push(edge.to);
      }
    }
    front = next;
  }
  return null;
}

function wayTo(to: Transaction, reachedBy: ReadonlyMap<Transaction, Dependency | null>): readonly Dependency[] {
  const way: Dependency[] = [];
  for (let edge = reachedBy.get(to) ?? null; edge !== null; edge = reachedBy.get(edge.from) ?? null) way.push(edge);
  return way.reverse();
}

function edgesOf(dependencies: readonly Dependency[]): Edges {
  const edges = new Map<Transaction, Dependency[]>();
  for (const edge of dependencies) {
    const others = edges.get(edge.from);
    if (others === undefined) edges.set(edge.from, [edge]);
    else others.push(edge);
  }
  return edges;
}

/** Those that are on a cycle: both ends in one strongly connected component (Tarjan, without recursion). */
function inCycles(dependencies: readonly Dependency[]): readonly Dependency[] {
  const component = components(edgesOf(dependencies));
  return dependencies.filter(({ from, to }) => component.get(from) === component.get(to));
}

interface Visit {
  readonly at: Transaction;
  next: number;
}

function components(edges: Edges): ReadonlyMap<Transaction, number> {
  const order = new Map<Transaction, number>();
  const low = new Map<Transaction, number>();
  const component = new Map<Transaction, number>();
  const open: Transaction[] = [];
  const lower = (at: Transaction, to: number): void => void low.set(at, Math.min(low.get(at) ?? Infinity, to));
  for (const root of edges.keys()) {
    const visits: Visit[] = order.has(root) ? [] : [{ at: root, next: 0 }];
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const { at } = visit;
      if (!order.has(at)) {
        order.set(at, order.size);
        lower(at, order.size - 1);
        open.push(at);
      }
      const edge = edges.get(at)?.[visit.next];
      visit.next += 1;
      if (edge !== undefined) {
        if (!order.has(edge.to)) visits.push({ at: edge.to, next: 0 });
        else if (!component.has(edge.to)) lower(at, order.get(edge.to) as number);
        continue;
      }
      visits.pop();
      const before = visits.at(-1);
      if (before !== undefined) lower(before.at, low.get(at) as number);
      if (low.get(at) !== order.get(at)) continue;
      for (let member = open.pop(); member !== undefined; member = member === at ? undefined : open.pop()) component.set(member, order.get(at) as number);
    }
  }
  return component;
}
