import RedisMock from 'ioredis-mock';
import { afterAll, beforeAll } from 'vitest';
import { ioredisPort } from '../../../src/bindings/ioredis-redis.js';
import { lockScriptsSuite } from './lock-scripts.suite.js';

// Its TIME has the seconds of the wall clock, rounded, and the microseconds of `process.hrtime`: once a second it goes back.
// The lock rightly assumes a clock that does not, so here both are one.
const hrtime = process.hrtime.bind(process);
const bigint = process.hrtime.bigint.bind(process.hrtime);
let microseconds = 0;
beforeAll(() => {
  const ofTheWallClock = (): [number, number] => {
    microseconds = Math.max(microseconds + 1, (Date.now() + 500) * 1000);
    return [Math.floor(microseconds / 1e6), (microseconds % 1e6) * 1000];
  };
  process.hrtime = Object.assign(ofTheWallClock, { bigint });
});
afterAll(() => {
  process.hrtime = Object.assign(hrtime, { bigint });
});

lockScriptsSuite('ioredis-mock', { exactIntegers: false }, () => {
  const redis = ioredisPort(new RedisMock());
  return Promise.resolve({
    redis,
    close: () => {
      redis.close();
      return Promise.resolve();
    },
  });
});
