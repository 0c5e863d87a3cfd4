import { loadModule } from 'libpg-query';
import { microseconds } from '../../../src/base/time.js';
import { systemClock } from '../../../src/bindings/system-clock.js';
import { systemRandom } from '../../../src/bindings/system-random.js';
import { PostgresEngine } from '../../servers/postgres/postgres-engine.js';
import type { LoopbackServer } from '../loopback-server.js';
import { openPostgresEngine } from './open-postgres-engine.js';
import { servePostgres } from './serve-postgres.js';

export interface ServePostgresEngineOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Asked of every client, when given. */
  readonly password?: string;
}

/** The simulated PostgreSQL on a real socket of the loopback, by the system's clock, in memory. Rejects with Node's own error when it cannot listen. */
export async function servePostgresEngine({ port, password }: ServePostgresEngineOptions): Promise<LoopbackServer> {
  await loadModule();
  const random = (bound: number): number => systemRandom.integer(bound);
  const engine = new PostgresEngine({
    now: () => systemClock.timestamp(),
    setTimer: (length, callback) => systemClock.setTimer(microseconds(length), callback),
    random,
  });
  return servePostgres({ port, open: openPostgresEngine(engine), random, ...(password === undefined ? {} : { password }) });
}
