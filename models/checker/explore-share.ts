import type { System } from './define-model.js';
import { createEngine, type Engine } from './engine.js';
import { Findings, type Found, type SearchOptions } from './explore.js';
import { instancesOf } from './instances.js';
import { layoutOf } from './layout.js';
import { Rendezvous } from './rendezvous.js';

/**
 * What one of several threads is to do. Each state belongs to one thread, by its hash. A thread expands its own states of the
 * present level; what follows from them and belongs to another goes into that one's mail, in shared memory. Mail is delivered
 * when somebody's boxes are full, and at the end of the level. Nothing else is shared, so that nothing else needs a lock.
 */
export interface ShareTask {
  /** From 1: thread 0 is the one that began the search. */
  readonly me: number;
  readonly of: number;
  readonly symmetry: boolean;
  readonly maxStates: number;
  readonly seed: Seed;
  /** `mail[from * of + to]`. */
  readonly mail: readonly SharedArrayBuffer[];
  readonly meeting: SharedArrayBuffer;
}

/** Where the search has got to. */
export interface Seed {
  /** All states so far, packed. */
  readonly states: SharedArrayBuffer;
  readonly count: number;
  /** Those from `from` to before `to` are of the present level and still to be expanded; later ones are of the next level. */
  readonly from: number;
  readonly to: number;
  readonly level: number;
}

export interface ShareResult {
  readonly generated: number;
  /** The last level that had states. */
  readonly depth: number;
  readonly finished: boolean;
  readonly broken: readonly (Found | null)[];
  readonly stuck: Found | null;
  readonly taken: readonly number[];
  readonly bytes: number;
  readonly states: Int32Array;
  readonly parents: Int32Array;
  /** So many states at the beginning are from the seed: their parents are where they are there. */
  readonly seeded: number;
  readonly count: number;
}

/** Letters in a box. A level of many states is delivered in several rounds. */
const LETTERS = 8_192;

/** Numbers that threads tell each other: how much mail lies in each box, and for each thread three more. */
export const numbersFor = (threads: number): number => threads * threads + 3 * threads;

export function mailFor(system: System, threads: number): SharedArrayBuffer[] {
  const letter = layoutOf(system.state).words + 1;
  const slack = instancesOf(system).length;
  return Array.from({ length: threads * threads }, () => new SharedArrayBuffer(4 * letter * (LETTERS + slack)));
}

export const outboxesOf = (mail: readonly SharedArrayBuffer[], me: number, of: number): Int32Array[] =>
  mail.slice(me * of, (me + 1) * of).map((box) => new Int32Array(box));

/** Does a thread's part of a breadth-first search. Puts the thread to sleep while it waits for the others. */
export async function exploreShare(system: System, task: ShareTask): Promise<ShareResult> {
  const { me, of, mail, symmetry, seed } = task;
  const engine = createEngine(system, { symmetry, share: { me, of, outboxes: outboxesOf(mail, me, of) } });
  engine.shareOut();
  const states = new Int32Array(seed.states);
  const { words } = engine.layout;
  let from = 0;
  let to = 0;
  for (let index = 0; index < seed.count; index += 1) {
    if (engine.home(states, index * words) !== me) continue;
    if (index < seed.from) from += 1;
    if (index < seed.to) to += 1;
    engine.add(states, index * words, index * of);
  }
  return new Share(engine, new Findings(engine), task, from, to, true).run(() => undefined);
}

/** One thread's part, from where the search was handed over. */
export class Share {
  /** What the threads say that did not fail themselves. */
  static readonly OTHERS = 'another thread failed';
  private readonly meeting: Rendezvous;
  private readonly inboxes: readonly Int32Array[];
  private readonly mostMail: number;
  private readonly seeded: number;
  private generated = 0;

  constructor(
    private readonly engine: Engine,
    private readonly findings: Findings,
    private readonly task: ShareTask,
    private from: number,
    private to: number,
    maySleep: boolean,
  ) {
    const { me, of, mail, meeting } = task;
    this.meeting = new Rendezvous(meeting, of, maySleep);
    this.inboxes = Array.from({ length: of }, (_, sender) => new Int32Array(mail[sender * of + me] as SharedArrayBuffer));
    this.mostMail = LETTERS * (engine.layout.words + 1);
    this.seeded = engine.count();
  }

  async run(progress: SearchOptions['progress']): Promise<ShareResult> {
    try {
      return await this.levels(progress);
    } catch (error) {
      this.meeting.fail();
      throw error;
    }
  }

  private async levels(progress: SearchOptions['progress']): Promise<ShareResult> {
    const { engine, task, findings } = this;
    let depth = task.seed.level - 1;
    let finished = true;
    for (let total = 1; total > 0 && finished;) {
      depth += 1;
      while (await this.round()) progress(task.seed.count + this.sum(2), depth);
      findings.note(depth);
      if (this.meeting.failed) throw new Error(Share.OTHERS);
      this.from = this.to;
      this.to = engine.count();
      total = this.sum(1);
      finished = total === 0 || task.seed.count + this.sum(2) <= task.maxStates;
    }
    return {
      ...{ generated: this.generated, depth, finished, ...findings.all(), taken: [...engine.taken], bytes: engine.bytes() },
      ...{ states: engine.states(), parents: engine.parents(), seeded: this.seeded, count: engine.count() },
    };
  }

  /** Expands until a box is full or the level is done, then takes the mail. True when somebody has more to do in this level. */
  private async round(): Promise<boolean> {
    const { engine, meeting, inboxes } = this;
    const { me, of } = this.task;
    this.expand();
    engine.full.forEach((filled, to) => meeting.tell(me * of + to, filled));
    this.say(0, this.to - this.from);
    if (!(await meeting.meet())) return false;
    const letter = engine.layout.words + 1;
    inboxes.forEach((box, sender) => {
      const filled = sender === me ? 0 : meeting.told(sender * of + me);
      for (let at = 0; at < filled; at += letter) engine.add(box, at, box[at + letter - 1] as number);
    });
    const more = this.sum(0) > 0;
    this.say(1, engine.count() - this.to);
    this.say(2, engine.count() - this.seeded);
    if (!(await meeting.meet())) return false;
    engine.full.fill(0);
    return more;
  }

  private expand(): void {
    const { engine, mostMail, seeded, to } = this;
    const { full } = engine;
    const { me } = this.task;
    const { words } = engine.layout;
    for (; this.from < to; this.from += 1) {
      // Thread 0 still has all that was found before the work was shared out.
      if (this.from < seeded && engine.home(engine.states(), this.from * words) !== me) continue;
      for (let other = 0; other < full.length; other += 1) if ((full[other] as number) >= mostMail) return;
      this.generated += engine.expand(this.from);
    }
  }

  private say(what: number, value: number): void {
    const { me, of } = this.task;
    this.meeting.tell(of * of + what * of + me, value);
  }

  private sum(what: number): number {
    const { of } = this.task;
    let total = 0;
    for (let thread = 0; thread < of; thread += 1) total += this.meeting.told(of * of + what * of + thread);
    return total;
  }
}
