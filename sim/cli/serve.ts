import { UserInputError } from '../user-input-error.js';
import { LOOPBACK, type LoopbackServer } from '../wire/loopback-server.js';
import type { Terminal } from './terminal.js';
import { server, type ServerName, wholeNumber } from './values.js';

export interface ServeOptions {
  readonly port?: string;
}

interface Served {
  readonly title: string;
  readonly defaultPort: number;
  readonly url: (address: string) => string;
  /** Loaded when it is wanted: one needs Lua, the other PostgreSQL's parser. */
  readonly listen: (port: number) => Promise<LoopbackServer>;
}

const catalogue: Readonly<Record<ServerName, Served>> = {
  redis: {
    title: 'Redis',
    defaultPort: 6379,
    url: (address) => `redis://${address}`,
    listen: async (port) => (await import('../wire/redis/serve-redis.js')).serveRedis({ port }),
  },
  postgres: {
    title: 'PostgreSQL',
    defaultPort: 5432,
    // Any user and any database are the same one; these are the usual names.
    url: (address) => `postgres://postgres@${address}/postgres`,
    listen: async (port) => (await import('../wire/postgres/serve-postgres-engine.js')).servePostgresEngine({ port }),
  },
};

const HIGHEST_PORT = 65_535;

/** `holdfast serve`: a simulated server on a real socket, until a signal ends it. Returns the exit code. */
export async function serve(what: string, options: ServeOptions, terminal: Terminal): Promise<number> {
  const { title, defaultPort, url, listen } = catalogue[server(what)];
  const port = options.port === undefined ? defaultPort : wholeNumber('--port', options.port, { min: 0, max: HIGHEST_PORT });
  // Before the line below tells anybody that it can be ended.
  const ended = untilSignal();
  const service = await listen(port).catch((error: unknown) => {
    throw inWords(error, port);
  });
  terminal.print(`simulated ${title} on ${url(`${LOOPBACK}:${service.port}`)} (Ctrl-C ends it)`);
  await ended;
  await service.close();
  return 0;
}

const PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use',
  EACCES: 'is not for you to listen on',
};

function inWords(error: unknown, port: number): unknown {
  const problem = PROBLEMS[(error as NodeJS.ErrnoException).code ?? ''];
  if (problem === undefined) return error;
  return new UserInputError(`port ${port} ${problem}; choose another with --port, or any that is free with --port 0`);
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
