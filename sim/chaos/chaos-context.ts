import { milliseconds } from '../../src/base/time.js';
import { systemClock } from '../../src/bindings/system-clock.js';
import { systemRandom } from '../../src/bindings/system-random.js';
import type { PostgresPort } from '../../src/ports/postgres.js';
import type { RedisPort } from '../../src/ports/redis.js';
import type { LockDefinition } from '../define-lock.js';
import type { ServerName, WorkloadContext } from '../define-workload.js';
import { absentPostgres, absentRedis } from '../ports/absent-server.js';
import { recordOperation } from '../record-operation.js';
import type { Recorder } from '../recorder.js';
import { connectPostgres } from './postgres-client.js';
import { connectRedis } from './redis-client.js';

/** Where a process finds each server that there is. */
export type ServerPorts = Readonly<Partial<Record<ServerName, number>>>;

export interface RealContext extends WorkloadContext {
  /** Closes its connections. */
  close(): void;
}

export interface RealContextOptions {
  readonly workload: string;
  readonly lockDefinition: LockDefinition;
  readonly ports: ServerPorts;
  readonly params: Readonly<Record<string, number>>;
  readonly recorder: Recorder;
}

/** What a workload sees of the world, in a real process. */
export async function realContext({ workload, lockDefinition, ports, params, recorder }: RealContextOptions): Promise<RealContext> {
  const closes: (() => void)[] = [];
  const redisAt = async (server: 'redis' | 'shop'): Promise<RedisPort> => {
    const port = ports[server];
    if (port === undefined) return absentRedis(server, workload);
    const connection = await connectRedis(port);
    closes.push(() => connection.close());
    return connection;
  };
  const postgresAt = async (port: number | undefined): Promise<PostgresPort> => {
    if (port === undefined) return absentPostgres(workload);
    const connection = await connectPostgres(port);
    closes.push(() => connection.close());
    return connection;
  };
  return {
    params,
    clock: systemClock,
    random: systemRandom,
    redis: await redisAt('redis'),
    shop: await redisAt('shop'),
    postgres: await postgresAt(ports.postgres),
    lockDefinition,
    sleep: (ms) => new Promise((resolve) => void systemClock.setTimer(milliseconds(ms), resolve)),
    record: (operation, key, args, run) => recordOperation(recorder, operation, key, args, run),
    close() {
      for (const close of closes) close();
    },
  };
}
