import type { OperationRecord } from '../history.js';
import { type Extent, Memo, type UsedPossible } from './memo.js';
import type { SequentialModel } from './sequential-model.js';
import { States } from './states.js';
import { timelineOf, type Possible, type Timeline } from './timeline.js';

/** How an order of operations goes on: the way back from an operation to the first one. */
export interface Step {
  readonly record: OperationRecord;
  readonly before: Step | null;
}

export type Linearization =
  | { readonly kind: 'found'; readonly last: Step | null }
  /** No order explains `stuck`, whatever is done up to its return. `last` is the end of an order that comes as near to it as any, and leads to `state`. */
  | { readonly kind: 'impossible'; readonly stuck: OperationRecord; readonly last: Step | null; readonly state: unknown }
  /** Given up. */
  | { readonly kind: 'exhausted'; readonly configurations: number };

export const DEFAULT_MEMORY_BYTES = 256 * 1024 * 1024;

/** What the first tries may take: most histories need less. */
const FIRST_TRY_BYTES = 8 * 1024 * 1024;

/**
 * Looks for an order of the operations on one object that respects time and that the model accepts: depth first, with a
 * memory of configurations (what is in the order already, and the state) that lead nowhere, after Wing and Gong, and Lowe.
 *
 * Operations that may have happened are used last, and only where they change the state. A configuration is also hopeless
 * when one that is the same, but for fewer of them used up, is known to be.
 *
 * Where many are unanswered, what is impossible takes long to be sure of. So when the first try comes to no end, a second one
 * lets each unanswered operation happen as often as it likes: what even that cannot explain is impossible.
 */
export function linearize<State>(
  model: SequentialModel<State>,
  operations: readonly OperationRecord[],
  initial: State,
  memoryBytes = DEFAULT_MEMORY_BYTES,
): Linearization {
  const timeline = timelineOf(operations, model.effectOf?.bind(model) ?? null);
  const search = (supply: Supply, bytes: number): Linearization => new Search(model, timeline, initial, supply, bytes).run();
  const first = search('once each', Math.min(FIRST_TRY_BYTES, memoryBytes));
  if (first.kind !== 'exhausted' || memoryBytes <= FIRST_TRY_BYTES) return first;
  const generous = search('without end', Math.min(4 * FIRST_TRY_BYTES, memoryBytes));
  return generous.kind === 'impossible' ? generous : search('once each', memoryBytes);
}

/** How often an unanswered operation may be used. */
type Supply = 'once each' | 'without end';

/** One decision: an operation put into the order, and how to take it out again. */
interface Decision extends Step {
  readonly before: Decision | null;
  /** Place in `certain`, or -1 when it was one of those that may have happened. */
  readonly certain: number;
  /** Which class of those it was of. */
  readonly kind: number;
  readonly stateBefore: number;
  readonly usedBefore: UsedPossible | null;
  /** Which of the choices it was, so that the next one can be tried after it. */
  readonly choice: number;
  /** What of the choices that follow it is looked at. */
  readonly extent: Extent;
}

class Search<State> {
  private readonly states: States<State>;
  private readonly memo: Memo;
  /** The events of what is not in the order yet, a doubly linked list with the head at place 0. */
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  /** How many of each class are used up. */
  private readonly usedOf: Int32Array;
  private used: UsedPossible | null = null;
  private state: number;
  private last: Decision | null = null;
  /** How much of what happened for certain is in the order. */
  private depth = 0;
  /** The furthest return that could not be passed. */
  private stuckAt = -1;
  private deepest: { readonly last: Decision | null; readonly state: number; readonly depth: number } = { last: null, state: 0, depth: -1 };

  constructor(
    private readonly model: SequentialModel<State>,
    private readonly timeline: Timeline,
    initial: State,
    private readonly supply: Supply,
    memoryBytes: number,
  ) {
    const { certain, events, classes } = timeline;
    this.states = new States(model.equal?.bind(model));
    this.state = this.states.numberOf(initial);
    const possible = classes.reduce((sum, { length }) => sum + length, 0);
    this.memo = new Memo(certain.length, possible, memoryBytes);
    this.next = Int32Array.from({ length: events.length + 2 }, (_, place) => place + 1);
    this.previous = Int32Array.from({ length: events.length + 2 }, (_, place) => place - 1);
    this.usedOf = new Int32Array(classes.length);
  }

  run(): Linearization {
    const { certain } = this.timeline;
    const end = this.next.length - 1;
    let choice = 0;
    for (;;) {
      if (this.next[0] === end) return { kind: 'found', last: this.last };
      const forced = this.firstReturn();
      if (choice === 0) this.note(forced);
      const tried = this.tryFrom(choice, forced);
      if (this.memo.isFull) return { kind: 'exhausted', configurations: this.memo.size };
      if (tried) {
        choice = 0;
        continue;
      }
      if (this.last === null) {
        const stuck = certain[~(this.timeline.events[this.stuckAt] as number)] as OperationRecord;
        return { kind: 'impossible', stuck, last: this.deepest.last, state: this.states.stateOf(this.deepest.state) };
      }
      choice = this.last.choice + 1;
      this.takeBack(this.last);
    }
  }

  /** The event of the first return: its operation must come into the order before anything that was called later. */
  private firstReturn(): number {
    const { events } = this.timeline;
    let place = this.next[0] as number;
    while ((events[place - 1] as number) >= 0) place = this.next[place] as number;
    return place - 1;
  }

  private note(forced: number): void {
    if (forced < this.stuckAt || (forced === this.stuckAt && this.depth <= this.deepest.depth)) return;
    this.stuckAt = forced;
    this.deepest = { last: this.last, state: this.state, depth: this.depth };
  }

  /**
   * Makes the first decision, from the given choice on, that leads somewhere new. The choices: 0 is the operation that
   * returns first, then come the others that were called by then; then one of each class that may have happened, directly
   * followed by something certain; and at last one of each class followed by anything.
   */
  private tryFrom(choice: number, forced: number): boolean {
    const { events, classes, certain } = this.timeline;
    const first = ~(events[forced] as number);
    if (choice === 0 && this.tryCertain(first, 0)) return true;
    // Choice 1 + k is the event k, where that is the call of an operation that is still to come.
    const from = Math.max(choice, 1);
    if (from <= forced) {
      for (let place = this.next[0] as number; place - 1 < forced; place = this.next[place] as number) {
        const what = events[place - 1] as number;
        if (place >= from && what !== first && this.tryCertain(what, place)) return true;
      }
    }
    if (this.last?.extent === 'next') return false;
    const offset = 2 * certain.length + 1;
    for (let nth = Math.max(0, from - offset); nth < 2 * classes.length; nth += 1) {
      const kind = nth % classes.length;
      const possible = classes[kind]?.[this.usedOf[kind] as number];
      const extent = nth < classes.length ? 'next' : 'all';
      if (possible !== undefined && possible.after <= forced && this.tryPossible(kind, possible, offset + nth, extent)) return true;
    }
    return false;
  }

  private tryCertain(certain: number, choice: number): boolean {
    const record = this.timeline.certain[certain] as OperationRecord;
    const state = this.states.stateOf(this.state);
    const after = record.status === 'refused' ? (this.model.mayRefuse?.(state, record) === false ? undefined : state) : this.model.step(state, record);
    if (after === undefined) return false;
    const number = this.states.numberOf(after);
    this.memo.add(certain);
    if (this.memo.knows(number, this.used, 'all')) {
      this.memo.remove(certain);
      return false;
    }
    this.decide({ record, before: this.last, certain, kind: -1, stateBefore: this.state, usedBefore: this.used, choice, extent: 'all' }, number);
    this.unlink(certain);
    return true;
  }

  private tryPossible(kind: number, { record, index }: Possible, choice: number, extent: Extent): boolean {
    const after = this.model.step(this.states.stateOf(this.state), record);
    if (after === undefined) return false;
    const number = this.states.numberOf(after);
    // What changes nothing may as well not have happened.
    if (number === this.state) return false;
    const used = this.supply === 'once each' ? { index, count: (this.used?.count ?? 0) + 1, before: this.used } : null;
    if (used !== null) this.memo.use(index);
    if (this.memo.knows(number, used, extent)) {
      if (used !== null) this.memo.unuse(index);
      return false;
    }
    this.decide({ record, before: this.last, certain: -1, kind, stateBefore: this.state, usedBefore: this.used, choice, extent }, number);
    this.used = used;
    if (used !== null) this.usedOf[kind] = (this.usedOf[kind] as number) + 1;
    return true;
  }

  private decide(decision: Decision, state: number): void {
    this.last = decision;
    this.state = state;
    if (decision.certain >= 0) this.depth += 1;
  }

  private takeBack({ before, certain, kind, stateBefore, usedBefore }: Decision): void {
    if (certain >= 0) {
      this.relink(certain);
      this.memo.remove(certain);
    } else if (this.used !== null) {
      this.memo.unuse(this.used.index);
      this.usedOf[kind] = (this.usedOf[kind] as number) - 1;
    }
    this.last = before;
    this.state = stateBefore;
    this.used = usedBefore;
    if (certain >= 0) this.depth -= 1;
  }

  private unlink(certain: number): void {
    for (const at of [this.timeline.callAt, this.timeline.returnAt]) {
      const place = (at[certain] as number) + 1;
      this.next[this.previous[place] as number] = this.next[place] as number;
      this.previous[this.next[place] as number] = this.previous[place] as number;
    }
  }

  /** In the opposite order of `unlink`, so that neighbours find each other again. */
  private relink(certain: number): void {
    for (const at of [this.timeline.returnAt, this.timeline.callAt]) {
      const place = (at[certain] as number) + 1;
      this.next[this.previous[place] as number] = place;
      this.previous[this.next[place] as number] = place;
    }
  }
}
