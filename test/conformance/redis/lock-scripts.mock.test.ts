import RedisMock from 'ioredis-mock';
import { ioredisPort } from '../../../src/bindings/ioredis-redis.js';
import { lockScriptsSuite } from './lock-scripts.suite.js';

lockScriptsSuite('ioredis-mock', { exactIntegers: false, steadyTime: false }, () => {
  const redis = ioredisPort(new RedisMock());
  return Promise.resolve({
    redis,
    close: () => {
      redis.close();
      return Promise.resolve();
    },
  });
});
