import { Redis } from 'ioredis';
import { ioredisPort } from '../../../src/bindings/ioredis-redis.js';
import { startRedisServer } from '../../support/start-redis-server.js';
import { lockScriptsSuite } from './lock-scripts.suite.js';

lockScriptsSuite('redis-server', { exactIntegers: true }, async () => {
  const server = await startRedisServer();
  const pattern = new Redis(server.port, '127.0.0.1', { lazyConnect: true });
  const redis = ioredisPort(pattern);
  return {
    redis,
    close: async () => {
      redis.close();
      pattern.disconnect();
      await server.stop();
    },
  };
});
