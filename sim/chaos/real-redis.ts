import { mkdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { UserInputError } from '../user-input-error.js';
import type { ExitGuard } from './exit-guard.js';
import { findFolder, foldersOf, namesIn } from './find-program.js';
import type { ServerMemory } from './real-server.js';
import { ServerProcess, startOnFreePort, type Program, type ServerProcessOptions } from './server-process.js';

/** Finds `redis-server` on the PATH. Throws a `UserInputError` when there is none. */
export function findRedisServer(path = process.env['PATH'] ?? ''): string {
  const folder = findFolder(foldersOf(path), ['redis-server']);
  if (folder !== undefined) return join(folder, 'redis-server');
  throw new UserInputError('no redis-server on this machine: install it (Debian: apt-get install redis-server) or put the one that you have on the PATH');
}

/**
 * A real `redis-server` of our own on loopback. It acknowledges a write when that is on disk (AOF, fsync always), so a
 * restart keeps all that was acknowledged.
 */
export class RealRedis extends ServerProcess {
  readonly #binary: string;
  readonly #data: string;
  readonly memory: ServerMemory;

  private constructor(binary: string, options: ServerProcessOptions) {
    super(options);
    this.#binary = binary;
    this.#data = join(this.folder, 'data');
    this.memory = {
      any: () => namesIn(this.#appendFolder).some((file) => file.includes('.incr.') && statSync(join(this.#appendFolder, file)).size > 0),
      wipe: () => rmSync(this.#data, { recursive: true, force: true, maxRetries: 3 }),
    };
  }

  /** Starts a server with an empty `folder`, on a free port, and waits until it answers. */
  static launch(name: string, binary: string, folder: string, guard: ExitGuard): Promise<RealRedis> {
    return startOnFreePort(guard, (at) => new RealRedis(binary, { name, folder, ...at }));
  }

  protected program(): Program {
    mkdirSync(this.#data, { recursive: true });
    const settings = {
      port: String(this.port),
      bind: '127.0.0.1',
      dir: this.#data,
      save: '',
      appendonly: 'yes',
      appendfsync: 'always',
      // No rewriting in the background: it would fork a child that a SIGKILL leaves behind.
      'auto-aof-rewrite-percentage': '0',
    };
    return { binary: this.#binary, args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]) };
  }

  /** It serves when it has loaded its data: until then it answers PING with an error. */
  protected serves(pid: number | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      let text = '';
      const socket = connect(this.port, '127.0.0.1', () => socket.write('PING\r\nINFO server\r\n'));
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

  get #appendFolder(): string {
    return join(this.#data, 'appendonlydir');
  }
}
