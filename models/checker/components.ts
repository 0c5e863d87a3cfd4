import type { Graph } from './graph.js';

/** Of those that are complete: larger than any other. */
const DONE = 0x7fffffff;

/** Finds strongly connected components, by Tarjan's algorithm without recursion. */
export class Components {
  private readonly order: Int32Array;
  private readonly low: Int32Array;
  private readonly next: Int32Array;

  constructor(private readonly graph: Graph) {
    this.order = new Int32Array(graph.size);
    this.low = new Int32Array(graph.size);
    this.next = new Int32Array(graph.size);
  }

  /**
   * Hands each component among `members`, the states whose `region` is `id`, to `visit`. Single states without a way back to
   * themselves are components too: there one can stay by doing nothing. When `visit` returns true, the search is over.
   */
  each(region: Int32Array, id: number, members: ArrayLike<number> & Iterable<number>, visit: (states: Int32Array) => boolean): void {
    const { order } = this;
    for (const member of members) order[member] = 0;
    for (const root of members) if (region[root] === id && order[root] === 0 && this.from(root, region, id, visit)) return;
  }

  private from(root: number, region: Int32Array, id: number, visit: (states: Int32Array) => boolean): boolean {
    const { order, low, next } = this;
    const { offsets, targets } = this.graph;
    const path: number[] = [];
    const open: number[] = [];
    let clock = 0;
    const enter = (state: number): void => {
      clock += 1;
      order[state] = low[state] = clock;
      next[state] = offsets[state] as number;
      path.push(state);
      open.push(state);
    };
    enter(root);
    while (path.length > 0) {
      const state = path[path.length - 1] as number;
      const step = next[state] as number;
      if (step < (offsets[state + 1] as number)) {
        next[state] = step + 1;
        const target = targets[step] as number;
        if (region[target] !== id) continue;
        if (order[target] === 0) enter(target);
        else if (order[target] !== DONE) low[state] = Math.min(low[state] as number, order[target] as number);
        continue;
      }
      path.pop();
      const parent = path[path.length - 1];
      if (parent !== undefined) low[parent] = Math.min(low[parent] as number, low[state] as number);
      if (low[state] !== order[state]) continue;
      const component = Int32Array.from(open.splice(open.lastIndexOf(state)));
      for (const member of component) order[member] = DONE;
      if (visit(component)) return true;
    }
    return false;
  }
}
