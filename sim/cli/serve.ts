import { UserInputError } from '../user-input-error.js';
import type { LoopbackServer } from '../wire/loopback-server.js';
import { serveRedis } from '../wire/redis/serve-redis.js';
import type { Terminal } from './terminal.js';
import { server, wholeNumber } from './values.js';

export interface ServeOptions {
  readonly port?: string;
}

export const DEFAULT_PORT = 6379;
const HIGHEST_PORT = 65_535;

/** `holdfast serve`: a simulated server on a real socket, until a signal ends it. Returns the exit code. */
export async function serve(what: string, options: ServeOptions, terminal: Terminal): Promise<number> {
  server(what);
  const port = options.port === undefined ? DEFAULT_PORT : wholeNumber('--port', options.port, { min: 0, max: HIGHEST_PORT });
  // Before the line below tells anybody that it can be ended.
  const ended = untilSignal();
  const service = await listen(port);
  terminal.print(`simulated Redis on redis://127.0.0.1:${service.port} (Ctrl-C ends it)`);
  await ended;
  await service.close();
  return 0;
}

const PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use',
  EACCES: 'is not for you to listen on',
};

async function listen(port: number): Promise<LoopbackServer> {
  try {
    return await serveRedis({ port });
  } catch (error) {
    const problem = PROBLEMS[(error as NodeJS.ErrnoException).code ?? ''];
    if (problem === undefined) throw error;
    throw new UserInputError(`port ${port} ${problem}; choose another with --port, or any that is free with --port 0`);
  }
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
