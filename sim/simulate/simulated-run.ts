import type { Incarnation, SimProcess } from '../kernel/process.js';
import { ProcessExit } from '../kernel/process-exit.js';
import type { World } from '../kernel/world.js';
import { Nemesis } from '../nemesis/nemesis.js';
import type { Network } from '../network.js';
import { exitCodeOf } from '../node/virtual-process.js';
import type { LuaRuntime } from '../servers/redis/lua/lua-runtime.js';
import { UserInputError } from '../user-input-error.js';
import { Cast, TEST } from './cast.js';
import { complaintOf, Conditions, yesOrNo } from './conditions.js';
import { ExitError } from './exit-error.js';
import type { Failure, FailureKind } from './failure.js';
import type { Plan } from './plan.js';
import { ProcessListeners } from './process-listeners.js';
import type { Recording } from './recording.js';
import { PairsSeen, type SeenTopology } from './seen-topology.js';
import { requireFunction, requireOptions, shown } from './settings.js';
import type {
  PostgresServerOptions,
  ProcessContext,
  ProcessOptions,
  RedisServerOptions,
  SimulatedPostgres,
  SimulatedProcess,
  SimulatedRedis,
  SimulatedWorld,
  UntilOptions,
} from './simulated-world.js';
import { thrownText } from './thrown.js';
import { inScopeOfItsOwn, microsecondsOf, sleep, UserProcess, type ProcessSurroundings } from './user-process.js';
import { UserPostgres } from './user-postgres.js';
import { UserRedis } from './user-redis.js';
import { Waits } from './waits.js';

export type SimulationBody = (world: SimulatedWorld) => unknown;

/** A whole number that the code under test drew: what shrinking may pin down. `value` counts from the least that it could be. */
export interface DrawnInteger {
  readonly label: string;
  readonly index: number;
  readonly value: number;
}

export interface RunSurroundings {
  readonly world: World;
  readonly network: Network;
  readonly plan: Plan;
  readonly lua: LuaRuntime;
  readonly recording: Recording | null;
}

/** One run, from the inside: what the body of a simulation builds its world with. */
export class SimulatedRun implements SimulatedWorld, ProcessSurroundings {
  readonly world: World;
  readonly recording: Recording | null;
  readonly nemesis: Nemesis;
  readonly integers: DrawnInteger[] = [];
  /** Whether the body came to its end. */
  isOver = false;
  failure: Failure | null = null;
  private listeners: ProcessListeners | null = null;
  /** How many integers each label has given. */
  private readonly drawn = new Map<string, number>();
  private readonly test: SimProcess;
  private readonly cast: Cast;
  private readonly conditions: Conditions;
  private readonly pending = new Waits();
  private readonly pairs: PairsSeen;

  constructor(
    private readonly around: RunSurroundings,
    private readonly body: SimulationBody,
  ) {
    const { world, network, plan, recording } = around;
    this.world = world;
    this.recording = recording;
    this.cast = new Cast(network);
    this.pairs = new PairsSeen(network, TEST);
    this.test = world.process(TEST, () => this.runBody());
    this.test.onCrash.push((life) => this.fail('exit', TEST, new ExitError('the test', exitCodeOf(life) ?? 0)));
    this.conditions = new Conditions(
      world,
      () => this.test.incarnation,
      (error) => this.fail('test', TEST, error),
    );
    this.nemesis = new Nemesis(
      {
        world,
        network,
        process: (name) => world.processes.find((process) => process.name === name) as SimProcess,
        busy: (name) => this.cast.busy(name),
        memoryOf: (server) => this.cast.memoryOf(server),
        canBegin: (episode) => this.cast.canBegin(episode),
        onEpisode: (episode, phase) => recording?.fault(episode, phase),
      },
      plan.faults,
    );
    recording?.watch(world);
    if (recording !== null) network.tap = recording;
  }

  /** Lets the body loose, and the faults of the plan on what it builds. */
  raise(patienceMs: number): void {
    const { world, plan } = this.around;
    // First the test, so that what it builds at once is there when the faults begin.
    this.test.start();
    world.at(0, 'faults', () => this.nemesis.start());
    world.at(plan.horizonMs * 1000, 'heal', () => this.heal());
    world.at((plan.horizonMs + patienceMs) * 1000, 'patience', () => this.fail('stuck', TEST, new Error(this.whatIsMissing())));
  }

  /** Nothing of the run may act any more, whatever still holds on to it. */
  freeze(): void {
    for (const process of this.world.processes) {
      if (process.incarnation !== null) process.incarnation.live = false;
      process.incarnation = null;
    }
    this.listeners?.restore();
  }

  topology(): SeenTopology {
    return this.pairs.topology(this.cast.hit, this.cast.serverTopology);
  }

  whatIsMissing(): string {
    const waits = this.pending.inWords();
    const doing =
      waits === ''
        ? 'it waits for something that the simulation knows nothing of (a dynamic import() or a real I/O never ends in it)'
        : `it waits for ${waits}`;
    return `${doing}; ${this.cast.whoIsMissing()}`;
  }

  fail(kind: FailureKind, process: string, error: unknown): void {
    const { world } = this;
    // It only unwinds what an exiting process was doing.
    if (error instanceof ProcessExit) return;
    this.failure ??= { kind, process, message: thrownText(error), error, time: world.now, event: world.events };
    world.fail(error, process);
  }

  caller(what: string): Incarnation {
    const { current } = this.world;
    if (current === null) throw new UserInputError(`${what}: the run is over, or this is not called from within it`);
    return current;
  }

  waits(caller: Incarnation, what: string): { end(): void } {
    return caller.name === TEST ? this.pending.begin(what) : { end: () => undefined };
  }

  get seed(): number {
    return this.around.plan.seed;
  }

  get nowMs(): number {
    return this.world.now / 1000;
  }

  process(name: string, start: (own: ProcessContext) => unknown, options: ProcessOptions = {}): SimulatedProcess {
    this.caller('world.process');
    return this.cast.addProcess(new UserProcess(this, this.cast.newName(name), start, options));
  }

  redis(name: string, options: RedisServerOptions = {}): SimulatedRedis {
    this.caller('world.redis');
    return this.cast.addServer(new UserRedis(this.around, this.cast.newName(name), options));
  }

  postgres(name: string, options: PostgresServerOptions = {}): SimulatedPostgres {
    this.caller('world.postgres');
    return this.cast.addServer(new UserPostgres(this.around, this.cast.newName(name), options));
  }

  sleep(ms: number): Promise<void> {
    const own = this.caller('world.sleep');
    const wait = this.waits(own, `${ms} ms to pass`);
    return sleep(own, ms).finally(() => wait.end());
  }

  until(condition: () => boolean, options: UntilOptions = {}): Promise<void> {
    const own = this.caller('world.until');
    requireFunction('world.until(condition)', condition);
    requireOptions('world.until', options, ['withinMs', 'what']);
    const { withinMs = 60_000, what } = options;
    const awaited = what ?? `until(${String(condition).replace(/\s+/g, ' ').slice(0, 80)})`;
    const wait = this.waits(own, awaited);
    // Made here, where the stack still shows who waits.
    const late = new Error(`waited ${withinMs} ms for ${awaited}, in vain`);
    return new Promise((resolve) => {
      const deadline = this.world.at(this.world.now + microsecondsOf('until: withinMs', withinMs), 'deadline', () => this.fail('until', own.name, late));
      const isMet = (): boolean => {
        if (!yesOrNo('the condition of world.until', condition())) return false;
        deadline.cancelled = true;
        wait.end();
        this.world.schedule(this.world.now, own, 'until', () => resolve());
        return true;
      };
      if (!isMet()) this.conditions.add(isMet);
    });
  }

  integer(min: number, max: number): number {
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || max < min || max - min >= 2 ** 32) {
      throw new UserInputError(`world.integer(min, max) takes whole numbers, min first, less than 2^32 apart, got ${shown(min)} and ${shown(max)}`);
    }
    const label = `${this.caller('world.integer').name}/integer`;
    const value = this.world.draws.draw(label, max - min + 1);
    const index = this.drawn.get(label) ?? 0;
    this.drawn.set(label, index + 1);
    this.integers.push({ label, index, value });
    return min + value;
  }

  always(name: string, holds: () => boolean | string | null): void {
    const own = this.caller('world.always');
    requireFunction(`world.always(${shown(name)}, holds)`, holds);
    // Made here, where the stack still shows which one it is.
    const broken = new Error(`always ${shown(name)} does not hold`);
    this.conditions.add(() => {
      const complaint = complaintOf(`the condition of world.always(${shown(name)})`, holds());
      if (complaint === null) return false;
      if (complaint !== '') broken.message += `: ${complaint}`;
      this.fail('always', own.name, broken);
      return true;
    });
  }

  note(text: string): void {
    this.world.note(String(text));
  }

  calm(): void {
    this.heal();
  }

  private heal(): void {
    this.nemesis.heal();
    this.around.network.cutSilenced();
  }

  private runBody(): void {
    this.listeners = new ProcessListeners();
    const failed = (error: unknown): void => this.fail('test', TEST, error);
    let result: unknown;
    try {
      const { body } = this;
      result = inScopeOfItsOwn(() => body(this));
    } catch (error) {
      failed(error);
      return;
    }
    void Promise.resolve(result).then(() => {
      const { faults, lateness } = this.around.plan;
      // Under faults one may be late through no fault of the test's.
      const unborn = faults.length === 0 && lateness === null ? this.cast.unborn : [];
      if (unborn.length > 0) return failed(new Error(`the test ended before ${unborn.join(', ')} began: await what they do (\`await process.finished\`)`));
      this.isOver = true;
      this.world.stop();
    }, failed);
  }
}
