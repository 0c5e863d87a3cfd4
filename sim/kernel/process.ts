import { assert } from '../../src/base/assert.js';
import { DriftingClock } from '../clocks.js';
import { Disk } from '../disk.js';
import type { SimEvent } from './event-queue.js';
import type { World } from './world.js';

/** What a process does when it starts, and again after each restart: its memory is what this function makes. */
export type ProcessFactory = (incarnation: Incarnation) => void | Promise<void>;

/** Wall clocks start here (2026-01-01T00:00:00Z), in microseconds. */
const WALL_START = 1_767_225_600_000_000;

/** A simulated process: a name, two clocks, a disk, and at most one living incarnation. */
export class SimProcess {
  readonly monotonic: DriftingClock;
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
  private readonly madeAt: number;
  // Made when first asked for: most processes of a short run have no use for one or the other.
  private ownWall: DriftingClock | null = null;
  private ownDisk: Disk | null = null;

  constructor(
    readonly world: World,
    readonly id: number,
    readonly name: string,
    private readonly factory: ProcessFactory,
  ) {
    // Each monotonic clock counts from a start of its own, so that comparing two of them fails at once.
    this.monotonic = new DriftingClock(world.now, 1_000_000 * (id + 1));
    this.madeAt = world.now;
  }

  get wall(): DriftingClock {
    return (this.ownWall ??= new DriftingClock(this.madeAt, WALL_START));
  }

  get disk(): Disk {
    return (this.ownDisk ??= new Disk());
  }

  start(): void {
    assert(this.incarnation === null, `process ${this.name} is already running`);
    const incarnation = new Incarnation(this, ++this.incarnations);
    this.incarnation = incarnation;
    // A promise that it returns and that is rejected is one that nobody caught: see the failure trap.
    this.world.schedule(this.world.now, incarnation, 'start', () => void this.factory(incarnation));
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
    this.ownDisk?.crash((length) => this.world.draws.draw(`${this.name}/disk`, length + 1));
    for (const tell of this.onCrash) tell(incarnation);
  }
}

/** One life of a process. What belongs to a dead one is inert: its events never run, its effects never leave. */
export class Incarnation {
  live = true;
  /** True time. */
  readonly startedAt: number;

  constructor(
    readonly process: SimProcess,
    /** 1 for the first life. */
    readonly epoch: number,
  ) {
    this.startedAt = process.world.now;
  }

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

/** A timer is its own event: one object for each, as most events of most runs are timers. */
class ProcessTimer implements SimEvent {
  time = 0;
  due = 0;
  seq = 0;
  readonly kind = 'timer';
  readonly payload = undefined;
  cancelled = false;

  constructor(
    readonly incarnation: Incarnation,
    /** What its process's monotonic clock shows when it fires. */
    private readonly reading: number,
    private readonly callback: () => void,
  ) {
    this.arm();
  }

  cancel(): void {
    this.cancelled = true;
  }

  handler(): void {
    const { world, process } = this.incarnation;
    // The clock may have slowed down since the timer was set.
    if (process.monotonic.at(world.now) < this.reading) this.arm();
    else this.callback();
  }

  private arm(): void {
    const { world, process } = this.incarnation;
    const left = this.reading - process.monotonic.at(world.now);
    this.time = world.now + process.monotonic.trueLengthOf(left);
    this.due = this.time;
    world.enqueue(this);
  }
}
