import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserInputError } from '../user-input-error.js';
import type { ExitGuard } from './exit-guard.js';
import type { HostClock } from './host-clock.js';
import type { Life } from './merge-history.js';
import { RecordTail } from './record-tail.js';
import type { WorkerCommand, WorkerOrder, WorkerReport } from './worker-order.js';

/** A client that was stopped is left awake at least so long: time to hear what it missed. */
const AWAKE_MS = 300;

const fromSource = import.meta.url.endsWith('.ts');

interface Incarnation {
  readonly child: ChildProcess;
  readonly tail: RecordTail;
  readonly startedAt: number;
  readonly exited: Promise<void>;
  crashedAt: number | null;
  paused: boolean;
  resumedAt: number;
  alive: boolean;
  /** Ended though nobody had asked it to. */
  failure: string | null;
  /** It was told to come to an end. */
  finishing: boolean;
}

/** One client through all its lives, each a process of its own. */
export class ClientProcess {
  /** Never resolves. Rejects with a `UserInputError` when what it was told to load, or what it does, cannot be meant. */
  readonly trouble: Promise<never>;
  readonly #lives: Incarnation[] = [];
  #begun = false;
  #reject: (error: UserInputError) => void = () => undefined;

  constructor(
    readonly name: string,
    private readonly order: Omit<WorkerOrder, 'client' | 'life' | 'clockOrigin'>,
    private readonly clock: HostClock,
    /** Where its records go. */
    private readonly folder: string,
    private readonly guard: ExitGuard,
  ) {
    this.trouble = new Promise((_, reject) => (this.#reject = reject));
    // Whoever waits for it hears of it; when nobody does, the run is over.
    this.trouble.catch(() => undefined);
  }

  get up(): boolean {
    return this.#current?.alive === true;
  }

  get grants(): number {
    return this.#lives.reduce((sum, { tail }) => sum + tail.grants, 0);
  }

  get operations(): number {
    return this.#lives.reduce((sum, { tail }) => sum + tail.operations, 0);
  }

  /** How it died of itself, if it did: in a sentence. */
  get failure(): string | null {
    return this.#lives.find(({ failure }) => failure !== null)?.failure ?? null;
  }

  /** Starts a life; resolves when it has loaded everything. Rejects when `trouble` does. */
  async start(): Promise<void> {
    const life = this.#lives.length + 1;
    const records = join(this.folder, `${this.name}.${life}.jsonl`);
    const file = openSync(records, 'a');
    const order: WorkerOrder = { ...this.order, client: this.name, life, clockOrigin: String(this.clock.origin) };
    const startedAt = this.clock.now();
    const child = fork(fileURLToPath(new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url)), [JSON.stringify(order)], {
      execArgv: fromSource ? ['--conditions=source', '--import', import.meta.resolve('tsx/esm')] : [],
      // What a module prints must not get between our own lines on standard output.
      stdio: ['ignore', 2, 2, file, 'ipc'],
    });
    closeSync(file);
    this.guard.watch(child);
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const current: Incarnation = {
      child,
      tail: new RecordTail(records),
      startedAt,
      exited,
      crashedAt: null,
      paused: false,
      resumedAt: -Infinity,
      alive: true,
      failure: null,
      finishing: false,
    };
    this.#lives.push(current);
    const forget = this.guard.add(() => child.kill('SIGKILL'));
    child.once('exit', (code, signal) => {
      forget();
      this.#ended(current, code, signal);
    });
    await this.#ready(current);
    if (this.#begun) send(child, 'begin');
  }

  /** Lets it work, in this life and in later ones. */
  begin(): void {
    this.#begun = true;
    if (this.#current !== undefined) send(this.#current.child, 'begin');
  }

  /** Whether an operation of it is under way just now. */
  busy(): boolean {
    return this.up && this.#current?.tail.busy() === true;
  }

  /** Whether it holds a lease just now. */
  holding(): boolean {
    return this.up && this.#current?.tail.holding() === true;
  }

  /** Takes in what it has recorded so far. */
  readRecords(): void {
    if (this.up) this.#current?.tail.read();
  }

  /** Kills it in whatever it is doing. Resolves when it is gone. */
  async crash(): Promise<void> {
    const current = this.#current;
    if (current?.alive !== true) return;
    current.crashedAt = this.clock.now();
    current.child.kill('SIGKILL');
    await current.exited;
  }

  /** Stops its execution; what it gives back lets it go on. Null when it is stopped already, or was just now. */
  pause(): (() => void) | null {
    const current = this.#current;
    if (current?.alive !== true || current.paused || performance.now() < current.resumedAt + AWAKE_MS) return null;
    current.paused = current.child.kill('SIGSTOP');
    return () => {
      current.paused = false;
      current.resumedAt = performance.now();
      current.child.kill('SIGCONT');
    };
  }

  /** Lets it finish what is under way and do one operation more. Resolves when it has ended. */
  async finish(): Promise<void> {
    const current = this.#current;
    if (current?.alive !== true) return;
    current.finishing = true;
    send(current.child, 'last');
    await current.exited;
  }

  /** Ends it for good, when nothing that it does counts any more. */
  async kill(): Promise<void> {
    const current = this.#current;
    if (current?.alive !== true) return;
    current.finishing = true;
    current.child.kill('SIGKILL');
    await current.exited;
  }

  /** What it recorded in each of its lives. To be called when the last one is over. */
  history(): Life[] {
    return this.#lives.map(({ tail, startedAt, crashedAt }, index) => ({
      process: this.name,
      restarted: index > 0,
      startedAt,
      crashedAt,
      lines: tail.lines,
    }));
  }

  get #current(): Incarnation | undefined {
    return this.#lives.at(-1);
  }

  async #ready(current: Incarnation): Promise<void> {
    const ready = new Promise<void>((resolve) => {
      current.child.on('message', (report: WorkerReport) => {
        if (report.kind === 'ready') {
          resolve();
        } else {
          current.finishing = true;
          this.#reject(new UserInputError(report.message));
        }
      });
    });
    await Promise.race([ready, this.trouble, current.exited]);
  }

  #ended(current: Incarnation, code: number | null, signal: NodeJS.Signals | null): void {
    current.alive = false;
    current.tail.read();
    current.tail.close();
    if (current.crashedAt !== null) return;
    const failed = current.tail.lines.findLast((line) => line.type === 'failed');
    if (current.finishing && (code === 0 || signal === 'SIGKILL')) return;
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    current.failure = failed?.type === 'failed' ? `${this.name} threw where nobody caught it: ${failed.message}` : `${this.name} ended by itself, ${how}`;
    // Its death is somewhere after its last record: no sooner can it be known to be over.
    current.crashedAt = current.startedAt;
  }
}

/** To a worker that is gone, or going, nothing needs to be said. */
function send(child: ChildProcess, command: WorkerCommand): void {
  if (child.connected) child.send(command, () => undefined);
}
