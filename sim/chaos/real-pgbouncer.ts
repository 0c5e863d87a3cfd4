import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { UserInputError } from '../user-input-error.js';
import type { ExitGuard } from './exit-guard.js';
import { findFolder, foldersOf } from './find-program.js';
import { ServerProcess, startOnFreePort, type Program, type ServerProcessOptions } from './server-process.js';
import { unprivilegedUser } from './server-user.js';

/** Where Debian has it: not on everybody's PATH. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin'];

/** Finds `pgbouncer`. Throws a `UserInputError` when there is none. */
export function findPgbouncer(path = process.env['PATH'] ?? '', further: readonly string[] = SYSTEM_FOLDERS): string {
  const folder = findFolder([...foldersOf(path), ...further], ['pgbouncer']);
  if (folder !== undefined) return join(folder, 'pgbouncer');
  throw new UserInputError('no pgbouncer on this machine: install it (Debian: apt-get install pgbouncer), or let clients connect directly: --no-pooler');
}

/** A real pgbouncer of our own on loopback, in transaction mode: what a client finds in a session may be gone after each transaction. */
export class RealPgbouncer extends ServerProcess {
  readonly #binary: string;
  readonly #postgresPort: number;

  private constructor(binary: string, postgresPort: number, options: ServerProcessOptions) {
    super(options);
    this.#binary = binary;
    this.#postgresPort = postgresPort;
  }

  /** Starts one in front of the PostgreSQL on `postgresPort`, and waits until it lets clients in. */
  static launch(name: string, binary: string, folder: string, postgresPort: number, guard: ExitGuard): Promise<RealPgbouncer> {
    const user = unprivilegedUser();
    return startOnFreePort(guard, (at) => new RealPgbouncer(binary, postgresPort, { name, folder, user, ...at }));
  }

  protected program(): Program {
    // One that was killed leaves its pid behind, which may be somebody else's by now.
    rmSync(this.#pidFile, { force: true });
    const file = join(this.folder, 'pgbouncer.ini');
    writeFileSync(file, this.#settings(), { mode: 0o644 });
    return { binary: this.#binary, args: [file] };
  }

  protected async serves(pid: number | undefined): Promise<boolean> {
    return pid !== undefined && this.#pidOfOwner() === pid && (await accepts(this.port));
  }

  #settings(): string {
    const settings = {
      listen_addr: '127.0.0.1',
      listen_port: String(this.port),
      unix_socket_dir: '',
      auth_type: 'any',
      pool_mode: 'transaction',
      default_pool_size: '50',
      max_client_conn: '500',
      // Else it lets nobody in for 15 s after its server was away.
      server_login_retry: '0.05',
      ignore_startup_parameters: 'extra_float_digits',
      log_connections: '0',
      log_disconnections: '0',
      pidfile: this.#pidFile,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    const database = `postgres = host=127.0.0.1 port=${this.#postgresPort} dbname=postgres user=postgres`;
    return ['[databases]', database, '[pgbouncer]', ...lines, ''].join('\n');
  }

  get #pidFile(): string {
    return join(this.folder, 'pid');
  }

  #pidOfOwner(): number {
    try {
      return Number(readFileSync(this.#pidFile, 'utf8'));
    } catch {
      return -1;
    }
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (accepted: boolean): void => {
      resolve(accepted);
      socket.destroy();
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
