import type { Incarnation } from './process.js';

/** Something that will happen: `handler(payload)` in the process of `incarnation`, at `time`. */
export interface SimEvent {
  /** True time in microseconds. */
  time: number;
  /** The time it was scheduled for. Earlier than `time` when a pause held it back, and then it goes before what is due only now. */
  readonly due: number;
  /** Order of scheduling; breaks ties. The world's to give. */
  seq: number;
  /** Whose event it is; null when it is the world's own (the nemesis, the runner). */
  readonly incarnation: Incarnation | null;
  /** A short name for trace and digest: `message`, `timer`, `start`... */
  readonly kind: string;
  handler(payload: unknown): void;
  /** Immutable from here on. */
  readonly payload: unknown;
  cancelled: boolean;
}

/** A binary heap of events ordered by `(time, due, seq)`. */
export class EventQueue {
  private readonly heap: SimEvent[] = [];

  get size(): number {
    return this.heap.length;
  }

  push(event: SimEvent): void {
    const heap = this.heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt] as SimEvent;
      if (isBefore(parent, event)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = event;
  }

  pop(): SimEvent | undefined {
    const heap = this.heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    const size = heap.length;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= size) break;
      let child = heap[childAt] as SimEvent;
      if (childAt + 1 < size) {
        const right = heap[childAt + 1] as SimEvent;
        if (isBefore(right, child)) {
          child = right;
          childAt += 1;
        }
      }
      if (isBefore(last, child)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = last;
    return first;
  }

  /** Lets `change` give events another time, and puts them into their new order. */
  retime(change: (event: SimEvent) => void): void {
    for (const event of this.heap.splice(0)) {
      change(event);
      this.push(event);
    }
  }
}

const isBefore = (one: SimEvent, other: SimEvent): boolean =>
  one.time < other.time || (one.time === other.time && (one.due < other.due || (one.due === other.due && one.seq < other.seq)));
