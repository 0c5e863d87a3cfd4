import { describe, test } from 'vitest';
import { hasRedisServer } from '../../support/start-redis-server.js';
import { engineSuite } from './engine.suite.js';

// The short form; `npm run test:real` runs the long one.
if (hasRedisServer || process.env['CI'] !== undefined) engineSuite({ sequences: 400, scripts: 2000, floor: 0 });
else {
  describe('the simulated Redis against a real one', () => {
    test.skipIf(!hasRedisServer)('not compared: there is no redis-server on this machine; install the package redis-server', () => undefined);
  });
}
