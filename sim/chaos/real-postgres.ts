import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserInputError } from '../user-input-error.js';
import { childProcesses } from './child-processes.js';
import type { ExitGuard } from './exit-guard.js';
import { findFolder, foldersOf, namesIn } from './find-program.js';
import { postgresAnswers } from './postgres-answers.js';
import type { ServerBackends } from './real-server.js';
import { makeFolder, ServerProcess, startOnFreePort, type Program, type ServerProcessOptions } from './server-process.js';
import { unprivilegedUser, type ServerUser } from './server-user.js';

/** Debian keeps each version in a folder of its own, off the PATH. */
const DEBIAN = '/usr/lib/postgresql';
const PROGRAMS = ['postgres', 'initdb'];

/** Finds the folder of PostgreSQL's programs: on the PATH, else Debian's newest. Throws a `UserInputError` when there is none. */
export function findPostgres(path = process.env['PATH'] ?? '', debian = DEBIAN): string {
  const versions = namesIn(debian).sort((one, other) => Number(other) - Number(one));
  const folder = findFolder([...foldersOf(path), ...versions.map((version) => join(debian, version, 'bin'))], PROGRAMS);
  if (folder !== undefined) return folder;
  throw new UserInputError(
    'no PostgreSQL on this machine: install it (Debian: apt-get install postgresql) or put the folder of its programs, postgres and initdb, on the PATH',
  );
}

/**
 * What is acknowledged is with the kernel, and outlives any process: that is what faults here can take. (`fsync=on` would
 * keep it over a loss of power, too.) Statements whose client has given up are not to wait for their row for ever.
 */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  synchronous_commit: 'on',
  fsync: 'off',
  full_page_writes: 'off',
  statement_timeout: '5s',
  shared_buffers: '32MB',
  // Shared memory in files of the data folder: it goes when that goes, however the server ended.
  dynamic_shared_memory_type: 'mmap',
};

/** While processes of a killed server hold on to its memory, none can take its place. */
const STILL_IN_USE = /is still in use|lock file "[^"]*" already exists/;
const RELEASED_WITHIN_MS = 10_000;
const LOOK_AGAIN_MS = 20;

/** How a process that serves a client calls itself; what it is doing comes last. */
const CLIENT_BACKEND = /^postgres: .* 127\.0\.0\.1\(\d+\) (?<doing>.*)$/;

/** A real PostgreSQL of our own on loopback: a parent process, one for each connection, and some that keep house. */
export class RealPostgres extends ServerProcess {
  /** Lets it end its processes at once, and give its shared memory back. */
  protected override readonly stopSignal = 'SIGQUIT';
  protected override readonly endSignal = 'SIGQUIT';
  readonly backends: ServerBackends = { killOne: (pick) => this.#killOne(pick) };
  readonly #programs: string;

  private constructor(programs: string, options: ServerProcessOptions) {
    super(options);
    this.#programs = programs;
  }

  /** Makes a cluster in `folder`, starts it on a free port, and waits until it answers. */
  static async launch(name: string, programs: string, folder: string, guard: ExitGuard): Promise<RealPostgres> {
    const user = unprivilegedUser();
    makeFolder(folder, user);
    await makeCluster(programs, folder, user, guard);
    return await startOnFreePort(guard, (at) => new RealPostgres(programs, { name, folder, user, ...at }));
  }

  override async start(): Promise<void> {
    const deadline = performance.now() + RELEASED_WITHIN_MS;
    for (;;) {
      try {
        await super.start();
        return;
      } catch (error) {
        if (!STILL_IN_USE.test(this.log()) || performance.now() > deadline) throw error;
        await sleep(LOOK_AGAIN_MS);
      }
    }
  }

  protected program(): Program {
    const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    return { binary: join(this.#programs, 'postgres'), args: ['-D', dataFolder(this.folder), '-p', String(this.port), ...settings] };
  }

  protected async serves(pid: number | undefined): Promise<boolean> {
    return pid !== undefined && this.#pidOfOwner() === pid && (await postgresAnswers(this.port));
  }

  protected override signal(signal: NodeJS.Signals): void {
    const { pid } = this;
    if (pid === undefined) return;
    // Stopped, the parent makes no further child while we look.
    super.signal(signal === 'SIGKILL' ? 'SIGSTOP' : signal);
    const children = childProcesses(pid);
    super.signal(signal);
    for (const child of children) signalTo(child.pid, signal);
  }

  /** The parent then ends all others, and starts anew. */
  #killOne(pick: (count: number) => number): (() => Promise<void>) | null {
    const { pid } = this;
    if (pid === undefined) return null;
    const serving = childProcesses(pid).flatMap((child) => {
      const doing = CLIENT_BACKEND.exec(child.title)?.groups?.['doing'];
      return doing === undefined ? [] : [{ pid: child.pid, idle: doing === 'idle' }];
    });
    const working = serving.filter(({ idle }) => !idle);
    const among = working.length > 0 ? working : serving;
    const victim = among[pick(Math.max(1, among.length))];
    if (victim === undefined || !signalTo(victim.pid, 'SIGKILL')) return null;
    // Once the parent has taken note of the death, it lets nobody in before it has recovered.
    const noted = (): boolean => !childProcesses(pid).some((child) => child.pid === victim.pid);
    const recovered = this.notUpUntil(async () => noted() && (await this.serves(pid)));
    // Whoever ends the fault hears of it; when nobody does, the run is over.
    recovered.catch(() => undefined);
    return () => recovered;
  }

  #pidOfOwner(): number {
    try {
      return Number(readFileSync(join(dataFolder(this.folder), 'postmaster.pid'), 'utf8').split('\n')[0]);
    } catch {
      return -1;
    }
  }
}

const dataFolder = (folder: string): string => join(folder, 'data');

async function makeCluster(programs: string, folder: string, user: ServerUser, guard: ExitGuard): Promise<void> {
  const file = join(folder, 'initdb.log');
  const log = openSync(file, 'w');
  const args = ['-D', dataFolder(folder), '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--no-locale', '--no-sync'];
  const child = spawn(join(programs, 'initdb'), args, { ...user, cwd: folder, stdio: ['ignore', log, log] });
  closeSync(log);
  guard.watch(child);
  const forget = guard.add(() => child.kill('SIGKILL'));
  const [code] = (await once(child, 'exit')) as [number | null];
  forget();
  if (code === 0) return;
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const said = lines.find((line) => line.includes('error:')) ?? lines.at(-1) ?? '';
  throw new UserInputError(`PostgreSQL could not make its data folder ${dataFolder(folder)}: ${said.replace(/^initdb: error: /, '')}`);
}

/** False when it is gone already. */
function signalTo(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
