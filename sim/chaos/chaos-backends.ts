import { join } from 'node:path';
import type { ServerName } from '../define-workload.js';
import { UserInputError } from '../user-input-error.js';
import type { ExitGuard } from './exit-guard.js';
import { findPgbouncer, RealPgbouncer } from './real-pgbouncer.js';
import { findPostgres, RealPostgres } from './real-postgres.js';
import { findRedisServer, RealRedis } from './real-redis.js';
import type { RealServer } from './real-server.js';

/** A back end that `chaos` can start. */
export interface ChaosBackend {
  /** The lock that is tried there unless another is named. */
  readonly lock: string;
  /** The servers that it can be. */
  readonly servers: readonly ServerName[];
  /** Looks for its programs. Throws a `UserInputError` when one is not there. */
  find(options: { readonly pooler: boolean }): LaunchServer;
}

/** Starts one of its servers, in a folder of its own below `folder`. */
export type LaunchServer = (name: ServerName, folder: string, guard: ExitGuard) => Promise<LaunchedServer>;

export interface LaunchedServer {
  readonly server: RealServer;
  /** What clients connect to in its place. */
  readonly pooler?: RealServer;
}

const redis: ChaosBackend = {
  lock: 'redis',
  servers: ['redis', 'shop'],
  find() {
    const binary = findRedisServer();
    return async (name, folder, guard) => ({ server: await RealRedis.launch(name, binary, join(folder, name), guard) });
  },
};

const postgres: ChaosBackend = {
  lock: 'postgres-lease',
  servers: ['postgres'],
  find(options) {
    const programs = findPostgres();
    const pgbouncer = options.pooler ? findPgbouncer() : null;
    return async (name, folder, guard) => {
      const server = await RealPostgres.launch(name, programs, join(folder, name), guard);
      if (pgbouncer === null) return { server };
      return { server, pooler: await RealPgbouncer.launch('pgbouncer', pgbouncer, join(folder, 'pgbouncer'), server.port, guard) };
    };
  },
};

/** By the name that commands call them by. */
export const chaosBackends: ReadonlyMap<string, ChaosBackend> = new Map(Object.entries({ redis, postgres }));

/** Throws a `UserInputError` for a name that is none, and for no name at all. */
export function checkBackends(names: readonly string[]): void {
  const known = [...chaosBackends.keys()].join(', ');
  if (names.length === 0) throw new UserInputError(`chaos needs a back end: there is ${known}`);
  const stranger = names.find((name) => !chaosBackends.has(name));
  if (stranger !== undefined) throw new UserInputError(`there is no back end ${JSON.stringify(stranger)}: chaos can start ${known}`);
}

/** How to start each of `servers`. Throws a `UserInputError` when none of the back ends asked for is one of them, or it is not installed. */
export function findServers(
  servers: readonly ServerName[],
  { backends, pooler = true }: { readonly backends: readonly string[]; readonly pooler?: boolean },
): ReadonlyMap<ServerName, LaunchServer> {
  const missing = [...chaosBackends].filter(([name, backend]) => !backends.includes(name) && servers.some((server) => backend.servers.includes(server)));
  if (missing.length > 0) {
    const names = missing.map(([name]) => name);
    throw new UserInputError(`this lock under this workload needs ${names.join(' and ')}: give --backend ${[...backends, ...names].join(',')}`);
  }
  const found = new Map<ServerName, LaunchServer>();
  for (const backend of chaosBackends.values()) {
    const own = servers.filter((server) => backend.servers.includes(server));
    if (own.length === 0) continue;
    const launch = backend.find({ pooler });
    for (const server of own) found.set(server, launch);
  }
  return found;
}
