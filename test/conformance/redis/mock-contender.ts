import RedisMock from 'ioredis-mock';
import { ioredisPort } from '../../../src/bindings/ioredis-redis.js';
import type { Contender } from './contender.js';
import { drivePort } from './drive-port.js';
import { realClock } from './real-clock.js';

/** Mocks of one address share their data, all over the process: so each sequence has an address of its own. */
let addresses = 0;

/** `ioredis-mock`, by the same binding as ioredis. */
export function mockContender(): Contender {
  return {
    name: 'ioredis-mock',
    run: async (steps, scale) => {
      const mock = new RedisMock({ host: `sequence-${(addresses += 1)}` });
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
