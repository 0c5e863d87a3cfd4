import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasRedisServer } from '../../support/start-redis-server.js';
import type { Contender } from './contender.js';
import { ioredisContender } from './ioredis-contender.js';
import { mockContender } from './mock-contender.js';
import { mockExceptions } from './mock-exceptions.js';
import { mockFamilies, mockSteps, stepsOf } from './mock-sequences.js';
import { redisPortSuite, runSequences } from './redis-port.suite.js';
import { SideBySide } from './side-by-side.js';
import { simulatedContender } from './simulated-contender.js';
import { drawsFrom } from './step.js';

/*
 * The simulated port against ioredis on a real redis-server, and with ioredis-mock beside them. `HOLDFAST_CONFORMANCE=long` runs until every
 * command, option and error branch was hit 20 times, and prints that table.
 */

if (hasRedisServer) {
  describe('RedisPort: the simulated one and ioredis with redis-server', () => {
    let simulated: Contender;
    let real: Contender;
    beforeAll(async () => {
      [simulated, real] = await Promise.all([simulatedContender(), ioredisContender()]);
    });
    afterAll(() => real.close());

    redisPortSuite(() => new SideBySide(simulated, real));

    for (const family of mockFamilies) {
      test(`what ioredis-mock can do of ${family.name}, by all three`, async () => {
        const mock = mockContender();
        for (const other of [simulated, mock]) {
          await runSequences(new SideBySide(other, real), family.name === 'expiry' ? 3 : 25, (seed) => mockSteps(family, drawsFrom(seed), 24));
        }
      });
    }

    test('what ioredis-mock cannot do, the simulated Redis does as a real one', async () => {
      const pair = new SideBySide(simulated, real);
      for (const { shownBy } of mockExceptions) await pair.run(stepsOf(shownBy));
    });
  });
} else {
  const missing = 'there is no redis-server on this machine: install the package redis-server';
  test.runIf(process.env['CI'] !== undefined)('RedisPort on a real redis-server', () => expect.fail(missing));
  test.skipIf(process.env['CI'] !== undefined)(`RedisPort on a real redis-server: not run, ${missing}`, () => undefined);
}
