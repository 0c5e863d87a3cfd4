import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { milliseconds } from '../../../src/base/time.js';
import { systemClock } from '../../../src/bindings/system-clock.js';
import { RedisStock } from '../../../src/inventory/redis-stock.js';
import { GuardedRegister } from '../../../src/locks/guarded-register.js';
import { redisLock } from '../../../src/locks/redis-lock.js';
import type { LockProtocol } from '../../../src/locks/lock-protocol.js';
import type { RedisPort } from '../../../src/ports/redis.js';

const timeout = milliseconds(5000);
const ttl = milliseconds(60_000);
const options = { timeout };

export interface Abilities {
  readonly exactIntegers: boolean;
  /** Whether TIME never goes back: ioredis-mock puts the microseconds of one clock behind the seconds of another. */
  readonly steadyTime: boolean;
}

export interface OpenRedis {
  readonly redis: RedisPort;
  readonly close: () => Promise<void>;
}

/**
 * What our Lua must do, on whatever claims to be a Redis. `open` makes a port to an empty one. `exactIntegers`: whether
 * HINCRBY is exact above 2^53 there, which no lock of this millennium needs.
 */
export function lockScriptsSuite(name: string, { exactIntegers, steadyTime }: Abilities, open: () => Promise<OpenRedis>): void {
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

    const acquire = async (key: string, owner: string) => await lock.acquire({ key, owner, ttl, timeout });
    const tokenOf = async (key: string, owner: string): Promise<bigint> => {
      const answer = await acquire(key, owner);
      if (answer.status !== 'granted') throw new Error(`${owner} was not granted ${key}: ${JSON.stringify(answer)}`);
      return answer.token;
    };

    test('a free key is granted, a held one refused with its holder and what remains', async () => {
      const key = freshKey();
      expect(await acquire(key, 'a')).toMatchObject({ status: 'granted' });
      const refusal = await acquire(key, 'b');
      expect(refusal).toMatchObject({ status: 'refused', reason: 'held', holder: 'a' });
      if (!('remaining' in refusal)) throw new Error('no remaining time');
      expect(refusal.remaining).toBeGreaterThan(0);
      expect(refusal.remaining).toBeLessThanOrEqual(ttl);
    });

    test('a repeated acquire gets the same token and never a shorter key', async () => {
      const key = freshKey();
      const token = await tokenOf(key, 'a');
      expect(await lock.acquire({ key, owner: 'a', ttl: milliseconds(1000), timeout })).toMatchObject({ status: 'granted', token });
      expect(await number('PTTL', `holdfast:{${key}}:lock`)).toBeGreaterThan(1000);
      expect(await lock.acquire({ key, owner: 'a', ttl: milliseconds(100_000), timeout })).toMatchObject({ status: 'granted', token });
      expect(await number('PTTL', `holdfast:{${key}}:lock`)).toBeGreaterThan(60_000);
    });

    test('tokens grow with every grant, and after the fence key is gone', async () => {
      const key = freshKey();
      const first = await tokenOf(key, 'a');
      await lock.release({ key, owner: 'a', timeout });
      const second = await tokenOf(key, 'b');
      await lock.release({ key, owner: 'b', timeout });
      expect(await number('DEL', `holdfast:{${key}}:fence`)).toBe(1);
      const third = await tokenOf(key, 'c');
      expect(second > first).toBe(true);
      if (steadyTime) expect(third > second).toBe(true);
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

    test('extend needs owner and token, lengthens and never shortens (R12)', async () => {
      const key = freshKey();
      const token = await tokenOf(key, 'a');
      const extend = (owner: string, ofToken: bigint, ms: number) => lock.extend({ key, owner, token: ofToken, ttl: milliseconds(ms), timeout });
      expect(await extend('b', token, 90_000)).toEqual({ status: 'lost' });
      expect(await extend('a', token - 1n, 90_000)).toEqual({ status: 'lost' });
      expect(await extend('a', token, 10)).toMatchObject({ status: 'extended' });
      expect(await number('PTTL', `holdfast:{${key}}:lock`)).toBeGreaterThan(10_000);
      expect(await extend('a', token, 120_000)).toMatchObject({ status: 'extended' });
      expect(await number('PTTL', `holdfast:{${key}}:lock`)).toBeGreaterThan(60_000);
      await lock.release({ key, owner: 'a', timeout });
      expect(await extend('a', token, 60_000)).toEqual({ status: 'lost' });
      expect(await number('EXISTS', `holdfast:{${key}}:lock`)).toBe(0);
    });

    test('release compares the owner (R13), says the same when repeated, and outlaws late acquires of that owner', async () => {
      const key = freshKey();
      await tokenOf(key, 'a');
      expect(await lock.release({ key, owner: 'b', timeout })).toEqual({ status: 'lost' });
      expect(await acquire(key, 'c')).toMatchObject({ reason: 'held', holder: 'a' });
      expect(await lock.release({ key, owner: 'a', timeout })).toEqual({ status: 'released' });
      expect(await lock.release({ key, owner: 'a', timeout })).toEqual({ status: 'released' });
      expect(await acquire(key, 'a')).toEqual({ status: 'refused', reason: 'released' });
      expect(await acquire(key, 'c')).toMatchObject({ status: 'granted' });
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
      if (steadyTime) expect(later.sequence).toBeGreaterThan(written.sequence);
    });

    test('stock moves once for each operation id, and a repeated operation gets the first answer', async () => {
      const sku = freshKey();
      expect(await stock.restock(sku, 5, { operationId: 'in' })).toEqual({ status: 'restocked', onHand: 5, sequence: 1, repeated: false });
      expect(await stock.take(sku, 2, { operationId: 'o1' })).toEqual({ status: 'taken', onHand: 3, sequence: 2, repeated: false });
      expect(await stock.take(sku, 3, { operationId: 'o2' })).toEqual({ status: 'taken', onHand: 0, sequence: 3, repeated: false });
      expect(await stock.take(sku, 2, { operationId: 'o1' })).toEqual({ status: 'taken', onHand: 3, sequence: 2, repeated: true });
      expect(await stock.read(sku)).toEqual({ status: 'read', onHand: 0, sequence: 3 });
      expect(await stock.ledger(sku)).toEqual({
        status: 'read',
        onHand: 0,
        entries: [
          { operationId: 'in', delta: 5, token: null, onHand: 5, sequence: 1 },
          { operationId: 'o1', delta: -2, token: null, onHand: 3, sequence: 2 },
          { operationId: 'o2', delta: -3, token: null, onHand: 0, sequence: 3 },
        ],
      });
      expect(await number('GET', stock.onHandKey(sku))).toBe('0');
    });

    test('it remembers a refusal: the late first request of a refused operation moves nothing', async () => {
      const sku = freshKey();
      expect(await stock.take(sku, 1, { operationId: 'o1' })).toMatchObject({ reason: 'insufficient', onHand: 0, repeated: false });
      await stock.restock(sku, 5, { operationId: 'in' });
      expect(await stock.take(sku, 1, { operationId: 'o1' })).toMatchObject({ reason: 'insufficient', onHand: 0, repeated: true });
      expect(await stock.read(sku)).toMatchObject({ onHand: 5 });
    });

    test('operation ids are remembered for a bounded time', async () => {
      const sku = freshKey();
      await stock.restock(sku, 5, { operationId: 'in' });
      const left = await number('PTTL', `holdfast:stock:{${sku}}:operation:in`);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(86_400_000);
    });

    test('a read raises the fence; older tokens are refused, equal and newer ones accepted, exactly above 2^53', async () => {
      const sku = freshKey();
      const old = 9007199254740992n;
      await stock.restock(sku, 3, { operationId: 'in' });
      expect(await stock.write(sku, { onHand: 2, operationId: 'w1', token: old })).toMatchObject({ status: 'written', onHand: 2 });
      expect(await stock.read(sku, { token: old + 1n })).toMatchObject({ status: 'read', onHand: 2 });
      expect(await stock.write(sku, { onHand: 0, operationId: 'w2', token: old })).toEqual({ status: 'refused', reason: 'stale-token' });
      expect(await stock.take(sku, 1, { operationId: 't2', token: old })).toEqual({ status: 'refused', reason: 'stale-token' });
      expect(await stock.read(sku, { token: old })).toEqual({ status: 'refused', reason: 'stale-token' });
      expect(await stock.take(sku, 1, { operationId: 't3', token: old + 1n })).toMatchObject({ status: 'taken', onHand: 1 });
      expect(await stock.read(sku, { token: 99n })).toEqual({ status: 'refused', reason: 'stale-token' });
      expect(await stock.write(sku, { onHand: 2, operationId: 'w1', token: old })).toMatchObject({ status: 'written', repeated: true });
      expect(await stock.write(sku, { onHand: 7, operationId: 'w4', token: 10n * old })).toMatchObject({ status: 'written', onHand: 7 });
    });

    test('a conditional write looks at what is there', async () => {
      const sku = freshKey();
      await stock.restock(sku, 3, { operationId: 'in' });
      expect(await stock.write(sku, { onHand: 1, expected: 2, operationId: 'w1' })).toMatchObject({ reason: 'conflict', onHand: 3 });
      expect(await stock.write(sku, { onHand: 1, expected: 3, operationId: 'w2', token: 17n })).toMatchObject({ status: 'written', onHand: 1 });
      expect(await stock.ledger(sku)).toMatchObject({ entries: [{ delta: 3 }, { operationId: 'w2', delta: -2, token: 17n, onHand: 1 }] });
    });
  });
}
