import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OptionsError } from '../../../../src/base/options-error.js';
import { ok, refused, unknown } from '../../../../src/base/outcome.js';
import { milliseconds } from '../../../../src/base/time.js';
import { redisLock, redisLockEnvelope } from '../../../../src/locks/redis-lock.js';
import type { RedisRefusal } from '../../../../src/ports/redis.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { ScriptedRedis } from '../../../support/scripted-redis.js';

const request = { key: 'k', owner: 'o', ttl: milliseconds(1000), timeout: milliseconds(100) };

test('lock key and fence key share a hash tag', async () => {
  const redis = new ScriptedRedis(ok(['granted', '17']));
  await redisLock({ redis, clock: new FakeClock(), prefix: 'shop' }).acquire(request);
  expect(redis.asked).toEqual([{ name: 'lock-acquire', keys: ['shop:{k}:lock', 'shop:{k}:fence'], args: ['o', '1000', '3600000'] }]);
});

test("the local end comes before the key's, whatever the clocks do within the bound", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 10, max: 600_000 }),
      fc.integer({ min: 0, max: 100_000 }),
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
      async (ttlMs, maxClockDriftPpm, ours, theirs) => {
        const lock = redisLock({ redis: new ScriptedRedis(ok(['granted', '1'])), clock: new FakeClock(), maxClockDriftPpm });
        const answer = await lock.acquire({ ...request, ttl: milliseconds(ttlMs) });
        if (answer.status !== 'granted') throw new Error('not granted');
        const bound = maxClockDriftPpm / 1_000_000;
        const localEndInTrueTime = answer.expiresAt / (1 + ours * bound);
        const keyEndInTrueTime = ((ttlMs - 1) * 1000) / (1 + theirs * bound);
        expect(localEndInTrueTime).toBeLessThanOrEqual(keyEndInTrueTime + 1);
      },
    ),
  );
});

test('what Redis did not answer is told as what it is', async () => {
  const redis = new ScriptedRedis(
    unknown('timeout'),
    refused<RedisRefusal>({ reason: 'unavailable', message: 'gone' }),
    refused<RedisRefusal>({ reason: 'error-reply', code: 'LOADING', message: 'LOADING' }),
    refused<RedisRefusal>({ reason: 'error-reply', code: 'WRONGTYPE', message: 'WRONGTYPE' }),
  );
  const lock = redisLock({ redis, clock: new FakeClock() });
  expect(await lock.acquire(request)).toEqual(unknown('timeout'));
  expect(await lock.extend({ ...request, token: 1n })).toMatchObject({ reason: 'unavailable', transient: true });
  expect(await lock.release(request)).toMatchObject({ reason: 'unavailable', transient: true });
  expect(await lock.acquire(request)).toMatchObject({ reason: 'unavailable', transient: false });
});

test('a key without an end, made by somebody else, counts as held', async () => {
  const lock = redisLock({ redis: new ScriptedRedis(ok(['held', 'someone', -1])), clock: new FakeClock() });
  expect(await lock.acquire(request)).toEqual({ status: 'refused', reason: 'held', holder: 'someone', remaining: 0 });
});

test('an answer that no script of ours gives is a bug, not a grant', async () => {
  const lock = redisLock({ redis: new ScriptedRedis(ok('OK')), clock: new FakeClock() });
  await expect(lock.acquire(request)).rejects.toThrow('lock-acquire answered "OK"');
});

test('options are checked when the lock is made, and the envelope tells the bound that was chosen', () => {
  const redis = new ScriptedRedis();
  const clock = new FakeClock();
  expect(() => redisLock({ redis, clock, maxClockDriftPpm: 200_001 })).toThrow(OptionsError);
  expect(() => redisLock({ redis, clock, fenceRetentionMs: 1 })).toThrow(OptionsError);
  expect(() => redisLock({ redis, clock, prefix: '' })).toThrow(OptionsError);
  expect(redisLock({ redis, clock }).assumes).toEqual(redisLockEnvelope);
  expect(redisLock({ redis, clock, maxClockDriftPpm: 100 }).assumes.bounds.clockDriftPpm).toBe(100);
  expect(redisLockEnvelope.faults).not.toContain('clock-step');
});
