import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { milliseconds } from '../../../src/base/time.js';
import { systemClock } from '../../../src/bindings/system-clock.js';
import { RedisStock } from '../../../src/inventory/redis-stock.js';
import { GuardedRegister } from '../../../src/locks/guarded-register.js';
import { redisLock } from '../../../src/locks/redis-lock.js';
import type { LockProtocol } from '../../../src/locks/lock-protocol.js';
import type { RedisPort } from '../../../src/ports/redis.js';
import { lockProtocolSuite } from '../lock-protocol.suite.js';
import { stockSuite } from '../stock.suite.js';

const timeout = milliseconds(5000);
const ttl = milliseconds(60_000);
const options = { timeout };

export interface Abilities {
  readonly exactIntegers: boolean;
}

export interface OpenRedis {
  readonly redis: RedisPort;
  readonly close: () => Promise<void>;
}

/**
 * What our Lua must do, on whatever claims to be a Redis. `open` makes a port to an empty one. `exactIntegers`: whether
 * HINCRBY is exact above 2^53 there, which no lock of this millennium needs.
 */
export function lockScriptsSuite(name: string, { exactIntegers }: Abilities, open: () => Promise<OpenRedis>): void {
  describe(`the scripts on ${name}`, () => {
    let redis: RedisPort;
    let close = (): Promise<void> => Promise.resolve();
    let lock: LockProtocol;
    let stock: RedisStock;
    let keys = 0;
    const freshKey = (): string => `key ${(keys += 1)}`;
    const number = async (...args: string[]): Promise<unknown> => {
      const answer = await redis.command(args, options);
      return answer.status === 'ok' ? answer.value : answer;
    };

    beforeAll(async () => {
      ({ redis, close } = await open());
      lock = redisLock({ redis, clock: systemClock, fenceRetentionMs: 50_000 });
      stock = new RedisStock({ redis, clock: systemClock, attemptTimeoutMs: 5000 });
    });
    afterAll(() => close());

    lockProtocolSuite(() => lock, freshKey);

    const acquire = async (key: string, owner: string) => await lock.acquire({ key, owner, ttl, timeout });
    const tokenOf = async (key: string, owner: string): Promise<bigint> => {
      const answer = await acquire(key, owner);
      if (answer.status !== 'granted') throw new Error(`${owner} was not granted ${key}: ${JSON.stringify(answer)}`);
      return answer.token;
    };

    test('tokens grow even after the fence key is gone', async () => {
      const key = freshKey();
      const first = await tokenOf(key, 'a');
      await lock.release({ key, owner: 'a', timeout });
      const second = await tokenOf(key, 'b');
      await lock.release({ key, owner: 'b', timeout });
      expect(await number('DEL', `holdfast:{${key}}:fence`)).toBe(1);
      const third = await tokenOf(key, 'c');
      expect([second > first, third > second]).toEqual([true, true]);
    });

    test('tokens count on exactly above 2^53, and a clock behind the last token does not matter', async () => {
      const key = freshKey();
      await number('HSET', `holdfast:{${key}}:fence`, 'token', '9007199254740993');
      const token = await tokenOf(key, 'a');
      expect(token === 9007199254740994n).toBe(exactIntegers);
    });

    test('the fence key has a bounded life', async () => {
      const key = freshKey();
      await tokenOf(key, 'a');
      const left = await number('PTTL', `holdfast:{${key}}:fence`);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(50_000);
    });

    test('the guarded register takes accesses of the present holder only, and its numbers grow', async () => {
      const key = freshKey();
      const register = new GuardedRegister({ redis, timeoutMs: 5000 });
      const a = { key, owner: 'a', token: await tokenOf(key, 'a') };
      expect(await register.read(a)).toMatchObject({ status: 'accepted', value: null });
      const written = await register.write(a, 'one');
      expect(written).toMatchObject({ status: 'accepted', value: 'one' });
      await lock.release({ key, owner: 'a', timeout });
      expect(await register.write(a, 'late')).toEqual({ status: 'refused', reason: 'not-holder' });
      const b = { key, owner: 'b', token: await tokenOf(key, 'b') };
      expect(await register.write({ ...b, token: b.token - 1n }, 'late')).toEqual({ status: 'refused', reason: 'not-holder' });
      await number('DEL', `holdfast:{${key}}:register`);
      const later = await register.read(b);
      if (written.status !== 'accepted' || later.status !== 'accepted') throw new Error('not accepted');
      expect(later.sequence).toBeGreaterThan(written.sequence);
    });

    stockSuite(() => stock, freshKey);

    test('the units on hand are where reports look for them', async () => {
      const sku = freshKey();
      await stock.restock(sku, 5, { operationId: 'in' });
      expect(await number('GET', stock.onHandKey(sku))).toBe('5');
    });

    test('operation ids are remembered for a bounded time', async () => {
      const sku = freshKey();
      await stock.restock(sku, 5, { operationId: 'in' });
      const left = await number('PTTL', `holdfast:stock:{${sku}}:operation:in`);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(86_400_000);
    });
  });
}
