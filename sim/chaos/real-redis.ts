import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserInputError } from '../user-input-error.js';
import type { ExitGuard } from './exit-guard.js';

/** Below what the system gives to outgoing connections, so that nobody takes the port while the server is down. */
const PORTS = { from: 20_000, to: 31_999 };
const READY_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 5_000;
const START_ATTEMPTS = 3;

/** Finds `redis-server` on the PATH. Throws a `UserInputError` when there is none. */
export function findRedisServer(path = process.env['PATH'] ?? ''): string {
  const found = path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'redis-server'))
    .find(isExecutable);
  if (found !== undefined) return found;
  throw new UserInputError('no redis-server on this machine: install it (Debian: apt-get install redis-server) or put the one that you have on the PATH');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * A real `redis-server` of our own on loopback. It acknowledges a write when that is on disk (AOF, fsync always), so a
 * restart keeps all that was acknowledged.
 */
export class RealRedis {
  #child: ChildProcess | null = null;
  #exited: Promise<void> = Promise.resolve();
  #ready = false;
  #paused = false;

  private constructor(
    readonly name: string,
    private readonly binary: string,
    private readonly folder: string,
    readonly port: number,
  ) {}

  /** Starts a server with an empty `folder`, on a free port, and waits until it answers. */
  static async start(name: string, binary: string, folder: string, guard: ExitGuard): Promise<RealRedis> {
    for (let attempt = 1; ; attempt += 1) {
      const server = new RealRedis(name, binary, folder, await freePort());
      const forget = guard.add(() => server.#child?.kill('SIGKILL'));
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

  /** Whether it serves, if it is not paused: not while it is down, and not before it has started completely. */
  get up(): boolean {
    return this.#ready;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Starts it (again) on the same port and data, and waits until it answers. */
  async start(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const settings = {
      port: String(this.port),
      bind: '127.0.0.1',
      dir: this.folder,
      logfile: join(this.folder, 'log'),
      save: '',
      appendonly: 'yes',
      appendfsync: 'always',
      // No rewriting in the background: it would fork a child that a SIGKILL leaves behind.
      'auto-aof-rewrite-percentage': '0',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn(this.binary, args, { stdio: 'ignore' });
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
    while (!(await serves(this.port, child.pid))) {
      if (this.#child !== child || performance.now() > deadline) throw new Error(`redis-server (${this.name}) did not start: ${this.#lastWords()}`);
      await sleep(5);
    }
    this.#ready = true;
  }

  /** Ends it in an instant, as a power cut to the process would. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#ready = false;
    this.#child?.kill('SIGKILL');
    await this.#exited;
  }

  /** Ends it in good order; with force, when it does not listen. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    await Promise.race([this.#exited, sleep(STOP_WITHIN_MS, undefined, { ref: false })]);
    await this.kill();
  }

  /** Stops its execution; the kernel still accepts connections and bytes for it. */
  pause(): void {
    this.#paused = this.#child?.kill('SIGSTOP') ?? false;
  }

  resume(): void {
    this.#paused = false;
    this.#child?.kill('SIGCONT');
  }

  /** Whether it has written anything down since it had no memory. */
  hasMemory(): boolean {
    const folder = join(this.folder, 'appendonlydir');
    return filesIn(folder).some((file) => file.includes('.incr.') && statSync(join(folder, file)).size > 0);
  }

  /** Takes its memory. Only while it is down. */
  wipe(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  #lastWords(): string {
    try {
      return readFileSync(join(this.folder, 'log'), 'utf8').trimEnd().split('\n').at(-1) ?? '';
    } catch {
      return `${this.binary} wrote no log`;
    }
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function freePort(): Promise<number> {
  const count = PORTS.to - PORTS.from + 1;
  const start = Math.floor(Math.random() * count);
  for (let step = 0; step < count; step += 1) {
    const port = PORTS.from + ((start + step) % count);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port between ${PORTS.from} and ${PORTS.to} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** Whether the process `pid` serves this port, and has loaded its data (until then it answers PING with an error). */
function serves(port: number, pid: number | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\nINFO server\r\n'));
    const settle = (ready: boolean): void => {
      resolve(ready);
      socket.destroy();
    };
    socket.setTimeout(1000, () => settle(false));
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const server = /^process_id:(\d+)\r$/m.exec(text);
      if (server !== null || text.startsWith('-')) settle(text.startsWith('+PONG') && Number(server?.[1]) === pid);
    });
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}
