import { assert } from '../../src/base/assert.js';
import { type Checkpoint, Checkpoints } from './checkpoints.js';
import { bestDrainMode, drainByTick, type DrainMode, inMacrotask, inMacrotaskThenDrained, realNow } from './drain.js';
import { Digest, hashInteger, hashOf } from './digest.js';
import { type DrawOverrides, Draws } from './draws.js';
import { EventQueue, type SimEvent } from './event-queue.js';
import { enter, leave } from './active-world.js';
import { type Incarnation, type ProcessFactory, SimProcess } from './process.js';
import { ProcessExit } from './process-exit.js';
import { promptSchedule, type Schedule } from './schedule.js';
import { installFailureTrap } from './failure-trap.js';
import type { Trace } from './trace.js';
import { finishesWithin } from './watchdog.js';

export interface WorldOptions {
  readonly seed: number;
  readonly overrides?: DrawOverrides;
  readonly budget?: Budget;
  /** `tick` or `immediate`; the best there is when absent. The digest is the same. */
  readonly drain?: DrainMode;
  /** Where each event is written, on replay. */
  readonly trace?: Trace;
  /** Off only to measure what it costs. */
  readonly digest?: boolean;
  /**
   * How long, in real milliseconds, an event may compute before it counts as an endless loop and is broken off. Without it
   * nobody on this thread watches: such a loop then hangs it. Drain mode `tick` only.
   */
  readonly stuckMs?: number;
}

/** What a run may use up. Exceeding it is a verdict of its own, never a pass. */
export interface Budget {
  readonly events: number;
  /** Virtual microseconds. */
  readonly time: number;
}

export const defaultBudget: Budget = { events: 400_000, time: 600_000_000 };

/** Why a run ended: somebody called `stop`, nothing was left to do, a budget was used up, or code under test broke. */
export type RunEnd =
  | { readonly kind: 'stopped' | 'idle' }
  | { readonly kind: 'budget'; readonly of: 'events' | 'time' }
  /** An event of this process never came to its end. */
  | { readonly kind: 'stuck'; readonly process: string }
  | { readonly kind: 'failed'; readonly error: unknown; readonly process: string };

/**
 * Virtual time, and everything that happens in it. One event at a time: pop, make its process current, call its handler,
 * drain all that follows from it, take it into the digest.
 */
export class World {
  /** True time in microseconds since the start; no process sees it. */
  now = 0;
  /** Whose event is running; null for the world's own. */
  current: Incarnation | null = null;
  /** Events run so far. */
  events = 0;
  /** Effects that processes attempted after their death: harmless, but worth a number. */
  inertEffects = 0;
  readonly draws: Draws;
  readonly processes: SimProcess[] = [];
  schedulePolicy: Schedule = promptSchedule;
  /**
   * Called after each event and all that followed from it, as a part of it: for conditions that are looked at all the time. It may
   * make another process current; what it leaves behind is drained under that one.
   */
  afterEvent: (() => void) | null = null;

  private readonly queue = new EventQueue();
  private readonly rolling = new Digest();
  private readonly marks = new Checkpoints();
  private readonly budget: Budget;
  private readonly drain: DrainMode;
  private readonly trace: Trace | null;
  private readonly digesting: boolean;
  private readonly stuckMs: number | null;
  private seq = 0;
  private end: RunEnd | null = null;

  constructor(options: WorldOptions) {
    installFailureTrap();
    this.draws = new Draws(options.seed, options.overrides);
    this.budget = options.budget ?? defaultBudget;
    this.drain = options.drain ?? bestDrainMode;
    this.trace = options.trace ?? null;
    this.digesting = options.digest ?? true;
    this.stuckMs = options.stuckMs ?? null;
  }

  /** Adds a process; it does nothing before `start`. Draws and links go by its name, so no other may have it. */
  process(name: string, factory: ProcessFactory): SimProcess {
    for (const other of this.processes) if (other.name === name) assert(false, `there is already a process ${name}`);
    const process = new SimProcess(this, this.processes.length, name, factory);
    this.processes.push(process);
    return process;
  }

  /** Puts an event into the future. `payload` must be immutable from now on: it crosses processes. */
  schedule(time: number, incarnation: Incarnation | null, kind: string, handler: (payload: unknown) => void, payload?: unknown): SimEvent {
    const event: SimEvent = { time, due: time, seq: 0, incarnation, kind, handler, payload, cancelled: false };
    this.enqueue(event);
    return event;
  }

  /** The same for who makes the event itself. An event may be put back only after it has happened. */
  enqueue(event: SimEvent): void {
    if (!(event.time >= this.now)) assert(false, `an event (${event.kind}) cannot be scheduled for ${event.time}: it is ${this.now} already`);
    event.seq = this.seq++;
    this.queue.push(event);
  }

  /** The world's own event, in no process. */
  at(time: number, kind: string, handler: () => void): SimEvent {
    return this.schedule(time, null, kind, handler);
  }

  /** Lets happen now what a pause held back until later. */
  release(incarnation: Incarnation): void {
    this.queue.retime((event) => {
      if (event.incarnation === incarnation && event.due < event.time) event.time = this.now;
    });
  }

  /** How late the schedule lets an event of this kind be. */
  lateness(kind: string): number {
    return this.schedulePolicy === promptSchedule ? 0 : this.schedulePolicy.lateness(kind);
  }

  /** Ends the run after the present event. */
  stop(): void {
    this.end ??= { kind: 'stopped' };
  }

  /** Ends the run: code under test threw where nobody caught it. Outdoes a `stop` in the same event. */
  fail(error: unknown, process: string): void {
    if (error instanceof ProcessExit) return;
    if (this.end === null || this.end.kind === 'stopped') this.end = { kind: 'failed', error, process };
  }

  /** The same, from where nobody knows whose code it was; what a process does in the very event in which it ended itself is over with it. */
  threw(error: unknown, process = this.current?.name ?? 'world'): void {
    if (this.current?.live !== false) this.fail(error, process);
  }

  /** Ends the run: the present event would never come to its end. */
  getStuck(): void {
    if (this.end?.kind !== 'failed') this.end = { kind: 'stuck', process: this.current?.name ?? 'world' };
  }

  get digest(): string {
    return this.rolling.value;
  }

  checkpoints(): readonly Checkpoint[] {
    return this.marks.all();
  }

  /** Adds a line to the trace, when there is one, from within an event. */
  note(text: string): void {
    this.trace?.note(this, text);
  }

  get tracing(): boolean {
    return this.trace !== null;
  }

  /** Runs until somebody stops it, nothing is left, or a budget is used up. May be called again to go on after a stop. */
  run(): Promise<RunEnd> {
    this.end = null;
    return this.drain === 'tick' ? inMacrotask(() => this.runByTick()) : this.runByImmediate();
  }

  private runByTick(): RunEnd {
    try {
      if (this.stuckMs === null) while (this.step());
      else this.runWatched(this.stuckMs);
      return this.end ?? { kind: 'idle' };
    } finally {
      this.finish();
    }
  }

  /** Several events under one watch, as setting it costs more than an event. */
  private runWatched(stuckMs: number): void {
    let goesOn = true;
    while (goesOn) {
      const until = realNow() + stuckMs / 100;
      const isDone = finishesWithin(stuckMs, () => {
        while ((goesOn = this.step()) && realNow() < until);
      });
      if (isDone) continue;
      this.getStuck();
      // What was broken off between a rejection and its handler Node takes for unhandled: let it say so while that is the run's own.
      finishesWithin(stuckMs, drainByTick);
      return;
    }
  }

  /** One event; false when there is none left. */
  private step(): boolean {
    const event = this.next();
    if (event === null) return false;
    this.begin(event);
    this.drainHere();
    if (this.afterEvent !== null) {
      this.afterEvent();
      this.drainHere();
    }
    this.finish();
    return true;
  }

  /** A callback that reached Node's queue by a way of its own throws through it, and leaves the rest of the queue behind. */
  private drainHere(): void {
    for (;;) {
      try {
        drainByTick();
        return;
      } catch (error) {
        this.threw(error);
      }
    }
  }

  private async runByImmediate(): Promise<RunEnd> {
    for (;;) {
      const event = this.next();
      if (event === null) return this.end ?? { kind: 'idle' };
      try {
        await inMacrotaskThenDrained(() => this.begin(event));
        if (this.afterEvent !== null) await inMacrotaskThenDrained(this.afterEvent);
      } finally {
        this.finish();
      }
    }
  }

  /** The next event that really happens; null when the run is over. */
  private next(): SimEvent | null {
    for (;;) {
      if (this.end !== null) return null;
      const event = this.queue.pop();
      if (event === undefined) return null;
      if (event.cancelled) continue;
      const { incarnation } = event;
      if (incarnation !== null) {
        if (!incarnation.live) continue;
        const { process } = incarnation;
        if (event.kind === 'timer' && event.due === event.time) this.makeLate(process, event.time);
        if (event.time < process.pausedUntil || event.time < process.busyUntil) {
          if (event.time < process.pausedUntil) process.onHeldBack?.();
          // It keeps what it was due at: the burst has the order that there would have been without the pause.
          event.time = Math.max(process.pausedUntil, process.busyUntil);
          this.queue.push(event);
          continue;
        }
      }
      if (this.events >= this.budget.events) this.end = { kind: 'budget', of: 'events' };
      else if (event.time > this.budget.time) this.end = { kind: 'budget', of: 'time' };
      else return event;
    }
  }

  /** When the schedule wants a timer late, its whole event loop is: timers of one process never overtake each other. */
  private makeLate(process: SimProcess, due: number): void {
    const late = this.lateness('timer');
    if (late > 0) process.busyUntil = Math.max(process.busyUntil, due + late);
  }

  private begin(event: SimEvent): void {
    this.now = event.time;
    this.current = event.incarnation;
    this.events += 1;
    if (this.digesting) this.absorb(event);
    if (this.trace !== null) this.trace.event(this, event);
    enter(this);
    try {
      event.handler(event.payload);
    } catch (error) {
      this.threw(error);
    }
  }

  private finish(): void {
    leave();
    this.current = null;
  }

  private absorb(event: SimEvent): void {
    const { incarnation, kind, payload } = event;
    const where = incarnation === null ? -1 : incarnation.process.id;
    // The kind by its first letter: enough to tell the kernel's kinds apart, and free.
    const hash = hashInteger(event.time, (where << 24) ^ (kind.charCodeAt(0) << 16));
    this.rolling.mix(payload === undefined ? hash : hashOf(payload, hash));
    this.marks.offer(this.events, this.rolling);
  }
}
