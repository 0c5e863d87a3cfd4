import { AsyncResource } from 'node:async_hooks';
import type { Incarnation, SimProcess } from '../kernel/process.js';
import type { World } from '../kernel/world.js';
import { exitCodeOf } from '../node/virtual-process.js';
import { UserInputError } from '../user-input-error.js';
import { ExitError } from './exit-error.js';
import type { FailureKind } from './failure.js';
import type { Recording } from './recording.js';
import { flag, requireFunction, requireOptions, shown } from './settings.js';
import type { ProcessContext, ProcessOptions, SimulatedProcess } from './simulated-world.js';

/** What the processes of a run need of it. */
export interface ProcessSurroundings {
  readonly world: World;
  readonly recording: Recording | null;
  fail(kind: FailureKind, process: string, error: unknown): void;
  /** The process whose code is asking. */
  caller(what: string): Incarnation;
  /** Notes that the caller waits. */
  waits(caller: Incarnation, what: string): { end(): void };
}

/** A process of the user's: its main function, run anew in each life. */
export class UserProcess implements SimulatedProcess {
  readonly sim: SimProcess;
  readonly isHit: boolean;
  /** Whether its main function has come to its end, in whatever life. */
  isDone = false;
  hasBegun = false;
  private readonly onDone: (() => void)[] = [];

  constructor(
    private readonly run: ProcessSurroundings,
    readonly name: string,
    private readonly main: (own: ProcessContext) => unknown,
    options: ProcessOptions,
  ) {
    requireFunction(`world.process(${shown(name)}, start)`, main);
    requireOptions(`world.process(${shown(name)})`, options, ['faults']);
    this.isHit = flag(`world.process(${shown(name)}): faults`, options.faults ?? true);
    this.sim = run.world.process(name, (incarnation) => this.live(incarnation));
    this.sim.onCrash.push((life) => this.died(life));
    this.sim.start();
  }

  get isAlive(): boolean {
    return this.sim.incarnation !== null;
  }

  get finished(): Promise<void> {
    const { world } = this.run;
    const own = this.run.caller('finished');
    const wait = this.run.waits(own, `${this.name} to finish`);
    return new Promise((resolve) => {
      // By an event of whoever waits: processes share nothing, not even a promise.
      const tell = (): void => {
        wait.end();
        world.schedule(world.now, own, 'finished', () => resolve());
      };
      if (this.isDone) tell();
      else this.onDone.push(tell);
    });
  }

  crash(): void {
    this.sim.crash();
  }

  restart(): void {
    this.sim.crash();
    this.sim.start();
  }

  pause(ms: number): void {
    const { world, recording } = this.run;
    const until = world.now + microsecondsOf('pause', ms);
    if (!this.isAlive || until <= this.sim.pausedUntil) return;
    this.sim.pausedUntil = until;
    recording?.life(this.name, `stands still for ${ms} ms`);
  }

  private live(incarnation: Incarnation): void {
    this.hasBegun = true;
    const { recording } = this.run;
    recording?.life(this.name, incarnation.epoch === 1 ? 'starts' : 'starts again, with new memory');
    // Of a life that has ended itself nobody hears any more, whatever it makes of that.
    const failed = (error: unknown): void => {
      if (incarnation.live) this.run.fail('start', this.name, error);
    };
    let result: unknown;
    try {
      const { main } = this;
      result = inScopeOfItsOwn(() => main(contextOf(incarnation)));
    } catch (error) {
      failed(error);
      return;
    }
    void Promise.resolve(result).then(() => incarnation.live && this.done(), failed);
  }

  private died(life: Incarnation): void {
    const code = exitCodeOf(life);
    this.run.recording?.life(this.name, code === undefined ? 'dies' : `ends itself with code ${code}`);
    if (code === 0) this.done();
    else if (code !== undefined) this.run.fail('exit', this.name, new ExitError(this.name, code));
  }

  private done(): void {
    if (this.isDone) return;
    this.isDone = true;
    for (const tell of this.onDone.splice(0)) tell();
  }
}

const contextOf = (incarnation: Incarnation): ProcessContext => ({
  name: incarnation.name,
  life: incarnation.epoch,
  sleep: (ms) => sleep(incarnation, ms),
  note: (text) => incarnation.world.note(String(text)),
});

/** What it does to its `AsyncLocalStorage` ends with it: all processes of a run share one turn of Node's loop. */
export const inScopeOfItsOwn = (work: () => unknown): unknown => new AsyncResource('SimulatedProcess', { requireManualDestroy: true }).runInAsyncScope(work);

/** Waits by the process's own clock. */
export const sleep = (incarnation: Incarnation, ms: number): Promise<void> =>
  new Promise((resolve) => void incarnation.setTimer(microsecondsOf('sleep', ms), resolve));

export function microsecondsOf(what: string, ms: unknown): number {
  if (typeof ms === 'number' && ms >= 0 && ms <= 1e12) return Math.round(ms * 1000);
  throw new UserInputError(`${what} takes a number of milliseconds, 0 or more, got ${shown(ms)}`);
}
