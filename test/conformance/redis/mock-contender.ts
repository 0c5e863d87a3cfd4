import RedisMock from 'ioredis-mock';
import { ioredisPort } from '../../../src/bindings/ioredis-redis.js';
import type { Contender } from './contender.js';
import { drivePort } from './drive-port.js';
import { realClock } from './real-clock.js';

/** `ioredis-mock`, by the same binding as ioredis. Mocks of one address share their data, so each sequence has its own. */
export function mockContender(): Contender {
  let host = 0;
  return {
    name: 'ioredis-mock',
    run: async (steps, scale) => {
      const mock = new RedisMock({ host: `sequence-${(host += 1)}` });
      const port = ioredisPort(mock);
      try {
        return await drivePort(port, realClock, scale, steps, 1);
      } finally {
        port.close();
        mock.disconnect();
      }
    },
    close: () => Promise.resolve(),
  };
}
