import { spawn, type ChildProcess } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExitGuard } from './exit-guard.js';
import { freeServerPort } from './free-server-port.js';
import type { RealServer } from './real-server.js';
import type { ServerUser } from './server-user.js';

const READY_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 5_000;
const START_ATTEMPTS = 3;
const LOOK_AGAIN_MS = 5;

export interface ServerProcessOptions {
  readonly name: string;
  /** Its own: for its data and its log. */
  readonly folder: string;
  readonly port: number;
  readonly guard: ExitGuard;
  /** Who it runs as; who runs us, when absent. */
  readonly user?: ServerUser;
}

/** How a program is called. */
export interface Program {
  readonly binary: string;
  readonly args: readonly string[];
}

/** A server on loopback that we started, and hold by its handle. */
export abstract class ServerProcess implements RealServer {
  readonly name: string;
  readonly port: number;
  protected readonly folder: string;
  protected readonly user: ServerUser;
  /** How it is asked to end in good order... */
  protected readonly stopSignal: NodeJS.Signals = 'SIGTERM';
  /** ...and how it is ended, when nobody will be there to see it. */
  protected readonly endSignal: NodeJS.Signals = 'SIGKILL';
  readonly #guard: ExitGuard;
  #child: ChildProcess | null = null;
  #exited: Promise<void> = Promise.resolve();
  #ready = false;
  #paused = false;

  constructor({ name, folder, port, guard, user }: ServerProcessOptions) {
    this.name = name;
    this.folder = folder;
    this.port = port;
    this.#guard = guard;
    this.user = user ?? {};
    makeFolder(folder, this.user);
  }

  get up(): boolean {
    return this.#ready;
  }

  get paused(): boolean {
    return this.#paused;
  }

  protected get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    const { binary, args } = this.program();
    const log = openSync(this.#log, 'w');
    const child = spawn(binary, args, { ...this.user, cwd: this.folder, stdio: ['ignore', log, log] });
    closeSync(log);
    this.#guard.watch(child, this.endSignal);
    this.#child = child;
    this.#paused = false;
    this.#exited = new Promise((resolve) => {
      const over = (): void => {
        if (this.#child === child) this.#child = null;
        this.#ready = false;
        resolve();
      };
      child.on('exit', over);
      child.on('error', over);
    });
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!(await this.serves(child.pid))) {
      if (this.#child !== child || performance.now() > deadline) throw new Error(`${binary} (${this.name}) did not start: ${this.lastWords()}`);
      await sleep(LOOK_AGAIN_MS);
    }
    this.#ready = true;
  }

  async kill(): Promise<void> {
    this.#ready = false;
    this.signal('SIGKILL');
    await this.#exited;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.signal('SIGCONT');
    child.kill(this.stopSignal);
    await Promise.race([this.#exited, sleep(STOP_WITHIN_MS, undefined, { ref: false })]);
    await this.kill();
  }

  pause(): void {
    this.#paused = this.#child !== null;
    this.signal('SIGSTOP');
  }

  resume(): void {
    this.#paused = false;
    this.signal('SIGCONT');
  }

  /** For the end of this process: what is left to do must be done at once. */
  abandon(): void {
    this.signal('SIGCONT');
    this.#child?.kill(this.endSignal);
  }

  protected abstract program(): Program;

  /** Whether the process `pid` answers on this port, ready for all that clients may ask. */
  protected abstract serves(pid: number | undefined): Promise<boolean>;

  /** To every process of it. */
  protected signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** While it recovers by itself, it is not `up`. */
  protected async notUpUntil(recovered: () => Promise<boolean>): Promise<void> {
    const child = this.#child;
    this.#ready = false;
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!(await recovered())) {
      if (this.#child !== child || performance.now() > deadline) throw new Error(`${this.name} did not recover: ${this.lastWords()}`);
      await sleep(LOOK_AGAIN_MS);
    }
    this.#ready = this.#child === child;
  }

  /** What went wrong, by its log. */
  protected lastWords(): string {
    const lines = this.log().trimEnd().split('\n');
    return lines.findLast((line) => /FATAL|ERROR/.test(line)) ?? (lines.at(-1) || 'it wrote no log');
  }

  /** What it has written since it was started. */
  protected log(): string {
    return readFileSync(this.#log, 'utf8');
  }

  get #log(): string {
    return join(this.folder, 'log');
  }
}

/** Starts what `make` makes, on a free port, and waits until it answers. */
export async function startOnFreePort<Server extends ServerProcess>(
  guard: ExitGuard,
  make: (at: Pick<ServerProcessOptions, 'port' | 'guard'>) => Server,
): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    const server = make({ port: await freeServerPort(), guard });
    const forget = guard.add(() => server.abandon());
    try {
      await server.start();
      return server;
    } catch (error) {
      // Somebody else may have taken the port between our look and the server's.
      await server.kill();
      forget();
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

/** A folder that only its user can look into. */
export function makeFolder(folder: string, { uid, gid }: ServerUser): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (uid !== undefined) chownSync(folder, uid, gid ?? uid);
}
