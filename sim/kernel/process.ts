import { assert } from '../../src/base/assert.js';
import { DriftingClock } from '../clocks.js';
import { Disk } from '../disk.js';
import type { World } from './world.js';

/** What a process does when it starts, and again after each restart: its memory is what this function makes. */
export type ProcessFactory = (incarnation: Incarnation) => void | Promise<void>;

/** Wall clocks start here (2026-01-01T00:00:00Z), in microseconds. */
const WALL_START = 1_767_225_600_000_000;

/** A simulated process: a name, two clocks, a disk, and at most one living incarnation. */
export class SimProcess {
  readonly monotonic: DriftingClock;
  readonly wall: DriftingClock;
  readonly disk = new Disk();
  /** The living incarnation; null while the process is down. */
  incarnation: Incarnation | null = null;
  /** Until this true time nothing of the process runs; what was due waits, then bursts. */
  pausedUntil = 0;
  /** The same, when the schedule makes its event loop late. */
  busyUntil = 0;
  /** Called for each of its events that a pause held back. */
  onHeldBack: (() => void) | null = null;
  /** Called with the incarnation that has just died. */
  readonly onCrash: ((incarnation: Incarnation) => void)[] = [];
  private incarnations = 0;

  constructor(
    readonly world: World,
    readonly id: number,
    readonly name: string,
    private readonly factory: ProcessFactory,
  ) {
    // Each monotonic clock counts from a start of its own, so that comparing two of them fails at once.
    this.monotonic = new DriftingClock(world.now, 1_000_000 * (id + 1));
    this.wall = new DriftingClock(world.now, WALL_START);
  }

  start(): void {
    assert(this.incarnation === null, `process ${this.name} is already running`);
    const incarnation = new Incarnation(this, ++this.incarnations);
    this.incarnation = incarnation;
    this.world.schedule(this.world.now, incarnation, 'start', () => {
      const started = this.factory(incarnation);
      if (started instanceof Promise) started.catch((error: unknown) => this.world.fail(error, this.name));
    });
  }

  /** Ends a pause; what it still holds back happens now. */
  resume(): void {
    const isEarly = this.pausedUntil > this.world.now;
    this.pausedUntil = 0;
    this.busyUntil = 0;
    if (isEarly && this.incarnation !== null) this.world.release(this.incarnation);
  }

  /** Memory, timers and connections are gone; the disk keeps what it had synced. */
  crash(): void {
    const incarnation = this.incarnation;
    if (incarnation === null) return;
    incarnation.live = false;
    this.incarnation = null;
    this.pausedUntil = 0;
    this.busyUntil = 0;
    this.disk.crash((length) => this.world.draws.draw(`${this.name}/disk`, length + 1));
    for (const tell of this.onCrash) tell(incarnation);
  }
}

/** One life of a process. What belongs to a dead one is inert: its events never run, its effects never leave. */
export class Incarnation {
  live = true;

  constructor(
    readonly process: SimProcess,
    /** 1 for the first life. */
    readonly epoch: number,
  ) {}

  get name(): string {
    return this.process.name;
  }

  get world(): World {
    return this.process.world;
  }

  /** Calls back after `length` microseconds of this process's monotonic clock, never early. */
  setTimer(length: number, callback: () => void): { cancel(): void } {
    this.mayAct('sets a timer');
    if (!Number.isInteger(length)) assert(false, `process ${this.name} sets a timer of ${length} microseconds: a length is a whole number`);
    const { monotonic } = this.process;
    const due = monotonic.at(this.world.now) + Math.max(0, length);
    return new ProcessTimer(this, due, callback);
  }

  /**
   * Every effect of a process passes here: an effect of another process than the one that runs means shared memory. False
   * when this life is over: then the effect must stay inert.
   */
  mayAct(effect: string): boolean {
    const { current } = this.world;
    if (!this.live) {
      this.world.inertEffects += 1;
      return false;
    }
    if (current !== this) {
      const runs = current === null ? 'the world' : `process ${current.name}`;
      assert(false, `process ${this.name} ${effect} while ${runs} runs: do two processes share memory?`);
    }
    return true;
  }
}

class ProcessTimer {
  private event;
  // Bound, not an arrow function: under tsx those are given their name at run time, at a price, once for each timer.
  private readonly onDue = this.fire.bind(this);

  constructor(
    private readonly incarnation: Incarnation,
    private readonly due: number,
    private readonly callback: () => void,
  ) {
    this.event = this.arm();
  }

  cancel(): void {
    this.event.cancelled = true;
  }

  private arm() {
    const { world, process } = this.incarnation;
    const left = this.due - process.monotonic.at(world.now);
    const time = world.now + process.monotonic.trueLengthOf(left);
    return world.schedule(time, this.incarnation, 'timer', this.onDue);
  }

  private fire(): void {
    const { world, process } = this.incarnation;
    // The clock may have slowed down since the timer was set.
    if (process.monotonic.at(world.now) < this.due) this.event = this.arm();
    else this.callback();
  }
}
