import { describe, test } from 'vitest';
import { hasRedisServer } from '../../support/start-redis-server.js';
import { wireSuite } from './wire.suite.js';

// The short form; `npm run test:real` runs the long one.
if (hasRedisServer || process.env['CI'] !== undefined) wireSuite({ sequences: 150 });
else {
  describe('bytes of the simulated Redis against those of a real one', () => {
    test.skipIf(!hasRedisServer)('not compared: there is no redis-server on this machine; install the package redis-server', () => undefined);
  });
}
