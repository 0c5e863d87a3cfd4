import { milliseconds } from '../../src/base/time.js';
import { systemClock } from '../../src/bindings/system-clock.js';
import { systemRandom } from '../../src/bindings/system-random.js';
import type { IoredisPort } from '../../src/bindings/ioredis-redis.js';
import type { LockDefinition } from '../define-lock.js';
import type { ServerName, WorkloadContext } from '../define-workload.js';
import { absentPostgres, absentRedis } from '../ports/absent-server.js';
import type { RedisPort } from '../../src/ports/redis.js';
import { recordOperation } from '../record-operation.js';
import type { Recorder } from '../recorder.js';
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
  const connections: IoredisPort[] = [];
  const portTo = async (server: ServerName): Promise<RedisPort> => {
    const port = ports[server];
    if (port === undefined) return absentRedis(server, workload);
    const connection = await connectRedis(port);
    connections.push(connection);
    return connection;
  };
  const redis = await portTo('redis');
  const shop = await portTo('shop');
  return {
    params,
    clock: systemClock,
    random: systemRandom,
    redis,
    shop,
    postgres: absentPostgres(workload),
    lockDefinition,
    sleep: (ms) => new Promise((resolve) => void systemClock.setTimer(milliseconds(ms), resolve)),
    record: (operation, key, args, run) => recordOperation(recorder, operation, key, args, run),
    close() {
      for (const connection of connections) connection.close();
    },
  };
}
