import type { LoopbackServer } from '../../sim/wire/loopback-server.js';
import { serveRedis } from '../../sim/wire/redis/serve-redis.js';
import { type RunningRedis, startRedisServer } from './start-redis-server.js';

/** A real redis-server and ours on real sockets, to be compared. */
export interface BothRedis {
  readonly real: RunningRedis;
  readonly simulated: LoopbackServer;
  stop: () => Promise<void>;
}

export async function startBothRedis(): Promise<BothRedis> {
  const real = await startRedisServer();
  const simulated = await serveRedis({ port: 0 });
  return {
    real,
    simulated,
    stop: async () => {
      await simulated.close();
      await real.stop();
    },
  };
}
