import { Redis } from 'ioredis';
import { milliseconds } from '../../../src/base/time.js';
import { ioredisPort } from '../../../src/bindings/ioredis-redis.js';
import { startRedisServer } from '../../support/start-redis-server.js';
import type { Contender } from './contender.js';
import { drivePort } from './drive-port.js';
import { realClock } from './real-clock.js';

const patience = { timeout: milliseconds(60_000) };

/** A real redis-server of its own, by ioredis. */
export async function ioredisContender(): Promise<Contender> {
  const server = await startRedisServer();
  const pattern = new Redis(server.port, '127.0.0.1', { lazyConnect: true });
  // Losing connections is the business of other suites.
  const port = ioredisPort(pattern, { deadAfterMs: 60_000 });
  return {
    name: 'redis-server',
    run: async (steps, scale) => {
      for (const args of [['RESET'], ['FLUSHALL'], ['SCRIPT', 'FLUSH'], ['CONFIG', 'SET', 'appendfsync', 'everysec']]) await port.command(args, patience);
      return await drivePort(port, realClock, scale, steps, 2);
    },
    close: async () => {
      port.close();
      pattern.disconnect();
      await server.stop();
    },
  };
}
