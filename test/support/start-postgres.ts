import { spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { freePort } from './free-port.js';

/** Debian keeps each version in a folder of its own. The newest. */
const VERSIONS = '/usr/lib/postgresql';
const version = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((one, other) => Number(other) - Number(one))[0] : undefined;
const BIN = join(VERSIONS, version ?? 'none', 'bin');

export const hasPostgres = existsSync(join(BIN, 'postgres'));

export interface RunningPostgres {
  readonly port: number;
  readonly config: ClientConfig;
  /** Starts it again on the same port and data, after `kill`. */
  start(): Promise<void>;
  /** SIGKILL of the parent of its processes, which follow: what was committed is in the page cache at least. */
  kill(): Promise<void>;
  stop: () => Promise<void>;
}

/** A real PostgreSQL on a free port of the loopback, which may forget what it committed when the machine loses its power (`fsync=off`). */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<RunningPostgres> {
  if (!hasPostgres) throw new Error('there is no PostgreSQL on this machine: install the package postgresql');
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-postgres-'));
  const user = serverUser();
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid ?? user.uid);
  const options: SpawnOptions = { ...user, cwd: folder, stdio: 'ignore' };
  await ended(spawn(join(BIN, 'initdb'), ['-D', folder, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--no-locale', '--no-sync'], options));
  const port = await freePort();
  const given = { listen_addresses: '127.0.0.1', unix_socket_directories: folder, fsync: 'off', max_connections: '100', ...settings };
  const args = ['-D', folder, '-p', String(port), ...Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const config: ClientConfig = { host: '127.0.0.1', port, user: 'postgres', password: 'none', database: 'postgres', connectionTimeoutMillis: 2000 };
  let server = spawn(join(BIN, 'postgres'), args, options);
  let exit = once(server, 'exit');
  const start = async (): Promise<void> => {
    // After a SIGKILL its processes may hold on to the data for a moment: the first attempts then end at once.
    for (let attempt = 1; !(await answers(config, () => server.exitCode === null && server.signalCode === null)); attempt += 1) {
      if (attempt === 100) throw new Error('postgres does not start');
      await sleep(25);
      server = spawn(join(BIN, 'postgres'), args, options);
      exit = once(server, 'exit');
    }
  };
  await start();
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    server.kill(signal);
    await exit;
  };
  return {
    port,
    config,
    start,
    kill: () => end('SIGKILL'),
    stop: async () => {
      if (server.exitCode === null && server.signalCode === null) await end('SIGQUIT');
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. */
function serverUser(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const line = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  if (line === null) throw new Error('tests run as root, and there is no user "postgres" to run the server as');
  return { uid: Number(line[1]), gid: Number(line[2]) };
}

async function ended(child: ReturnType<typeof spawn>): Promise<void> {
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${child.spawnfile} ended with ${code}`);
}

/** Waits until the server answers; false when it has ended. */
async function answers(config: ClientConfig, alive: () => boolean): Promise<boolean> {
  for (let attempt = 1; alive(); attempt += 1) {
    const client = new Client(config);
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return true;
    } catch (error) {
      if (attempt === 400) throw error;
      await sleep(25);
    }
  }
  return false;
}
