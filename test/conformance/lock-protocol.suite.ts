import { expect, test } from 'vitest';
import { milliseconds } from '../../src/base/time.js';
import type { LockProtocol } from '../../src/locks/lock-protocol.js';

const timeout = milliseconds(5000);
const ttl = milliseconds(60_000);

/** What a lock with leases in one store must do, whichever store that is. */
export function lockProtocolSuite(lock: () => LockProtocol, freshKey: () => string): void {
  const acquire = (key: string, owner: string) => lock().acquire({ key, owner, ttl, timeout });
  const tokenOf = async (key: string, owner: string): Promise<bigint> => {
    const answer = await acquire(key, owner);
    if (answer.status !== 'granted') throw new Error(`${owner} was not granted ${key}: ${JSON.stringify(answer)}`);
    return answer.token;
  };
  const remaining = async (key: string): Promise<number> => {
    const answer = await lock().acquire({ key, owner: 'somebody else', ttl, timeout });
    if (!('remaining' in answer)) throw new Error(`${key} is not held: ${answer.status}`);
    return answer.remaining / 1000;
  };

  test('a free key is granted, a held one refused with its holder and what remains', async () => {
    const key = freshKey();
    expect(await acquire(key, 'a')).toMatchObject({ status: 'granted' });
    expect(await acquire(key, 'b')).toMatchObject({ status: 'refused', reason: 'held', holder: 'a' });
    expect(await remaining(key)).toBeGreaterThan(0);
    expect(await remaining(key)).toBeLessThanOrEqual(60_000);
  });

  test('a repeated acquire gets the same token and never a shorter lease', async () => {
    const key = freshKey();
    const token = await tokenOf(key, 'a');
    expect(await lock().acquire({ key, owner: 'a', ttl: milliseconds(1000), timeout })).toMatchObject({ status: 'granted', token });
    expect(await remaining(key)).toBeGreaterThan(1000);
    expect(await lock().acquire({ key, owner: 'a', ttl: milliseconds(100_000), timeout })).toMatchObject({ status: 'granted', token });
    expect(await remaining(key)).toBeGreaterThan(60_000);
  });

  test('tokens grow with every grant', async () => {
    const key = freshKey();
    const first = await tokenOf(key, 'a');
    await lock().release({ key, owner: 'a', timeout });
    expect((await tokenOf(key, 'b')) > first).toBe(true);
  });

  test('extend needs owner and token, lengthens and never shortens (R12)', async () => {
    const key = freshKey();
    const token = await tokenOf(key, 'a');
    const extend = (owner: string, ofToken: bigint, ms: number) => lock().extend({ key, owner, token: ofToken, ttl: milliseconds(ms), timeout });
    expect(await extend('b', token, 90_000)).toEqual({ status: 'lost' });
    expect(await extend('a', token - 1n, 90_000)).toEqual({ status: 'lost' });
    expect(await extend('a', token, 10)).toMatchObject({ status: 'extended' });
    expect(await remaining(key)).toBeGreaterThan(10_000);
    expect(await extend('a', token, 120_000)).toMatchObject({ status: 'extended' });
    expect(await remaining(key)).toBeGreaterThan(60_000);
    await lock().release({ key, owner: 'a', timeout });
    expect(await extend('a', token, 60_000)).toEqual({ status: 'lost' });
    expect(await acquire(key, 'b')).toMatchObject({ status: 'granted' });
  });

  test('release compares the owner (R13), says the same when repeated, and outlaws late acquires of that owner', async () => {
    const key = freshKey();
    await tokenOf(key, 'a');
    expect(await lock().release({ key, owner: 'b', timeout })).toEqual({ status: 'lost' });
    expect(await acquire(key, 'c')).toMatchObject({ reason: 'held', holder: 'a' });
    expect(await lock().release({ key, owner: 'a', timeout })).toEqual({ status: 'released' });
    expect(await lock().release({ key, owner: 'a', timeout })).toEqual({ status: 'released' });
    expect(await acquire(key, 'a')).toEqual({ status: 'refused', reason: 'released' });
    expect(await acquire(key, 'c')).toMatchObject({ status: 'granted' });
  });

  test('a released owner is outlawed where it never was granted the key, and nobody knows the key', async () => {
    const key = freshKey();
    expect(await lock().release({ key, owner: 'a', timeout })).toEqual({ status: 'lost' });
    expect(await acquire(key, 'a')).toEqual({ status: 'refused', reason: 'released' });
    expect(await acquire(key, 'b')).toMatchObject({ status: 'granted' });
  });
}
