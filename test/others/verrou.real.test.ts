import { setTimeout as sleep } from 'node:timers/promises';
import { LockFactory } from '@verrou/core';
import { RedisStore } from '@verrou/core/drivers/redis';
import type { Redis } from 'ioredis';
import { expect, test, vi } from 'vitest';
import { delayReplies, loseNextReply, partition, within, withRealServers } from './support/real-servers.js';

const locksOver = (redis: Redis | undefined): LockFactory => new LockFactory(new RedisStore({ connection: redis as never }));

const notOwned = expect.objectContaining({ code: 'E_LOCK_NOT_OWNED' }) as unknown;

test('a lost reply on a free key makes a lock refuse itself, for ever if it has no ttl', () =>
  withRealServers(1, async (real) => {
    const { redises, links } = await real.client();
    const [redis] = redises;
    const lock = locksOver(redis).createLock('item', null);
    loseNextReply(links);
    expect(await lock.acquire({ retry: { attempts: 3, delay: 10 } })).toBe(false);
    expect([await redis?.get('item'), await redis?.pttl('item')]).toEqual([lock.getOwner(), -1]);
  }));

test('a lost reply on the release: run() throws away the result of a callback whose lock was held all along', () =>
  withRealServers(1, async (real) => {
    const { redises, links } = await real.client();
    const lock = locksOver(redises[0]).createLock('item', 10_000);
    let heldToTheEnd = false;
    const running = lock.run(async () => {
      heldToTheEnd = (await redises[0]?.get('item')) === lock.getOwner();
      loseNextReply(links);
      return 'paid';
    });
    await expect(running).rejects.toEqual(notOwned);
    expect(heldToTheEnd).toBe(true);
    expect(await real.having('item')).toBe(0);
  }));

test('work that outlives the ttl has two holders, and its result is replaced by an error', () =>
  withRealServers(1, async (real) => {
    const { redises } = await real.client();
    const locks = locksOver(redises[0]);
    const inside: string[] = [];
    const most: number[] = [];
    const work = (who: string) => async (): Promise<string> => {
      inside.push(who);
      most.push(inside.length);
      await sleep(600);
      inside.splice(inside.indexOf(who), 1);
      return `paid by ${who}`;
    };
    const first = locks.createLock('item', 200).run(work('first'));
    await sleep(50);
    const second = locks.createLock('item', 10_000).run(work('second'));
    await expect(first).rejects.toEqual(notOwned);
    expect(await second).toEqual([true, 'paid by second']);
    expect(Math.max(...most)).toBe(2);
  }));

test('what the callback threw is replaced by the error of the release', () =>
  withRealServers(1, async (real) => {
    const { redises } = await real.client();
    const running = locksOver(redises[0])
      .createLock('item', 100)
      .run(async () => {
        await sleep(200);
        throw new Error('card declined');
      });
    await expect(running).rejects.toEqual(notOwned);
  }));

test('one Lock object used twice: the late release of the first holder frees the second', () =>
  withRealServers(1, async (real) => {
    const { redises } = await real.client();
    const lock = locksOver(redises[0]).createLock('item', 200);
    await lock.acquire();
    await sleep(250);
    expect(await lock.acquire()).toBe(true); // another request of the same process
    await lock.release(); // the first one, late
    expect(await real.having('item')).toBe(0);
  }));

test('one Lock object used twice: a waiting acquire() makes the holder believe that it never expires', () =>
  withRealServers(1, async (real) => {
    const { redises } = await real.client();
    const lock = locksOver(redises[0]).createLock('item', 300);
    await lock.acquire();
    const waiting = lock.acquire({ retry: { delay: 1000 } });
    await sleep(400);
    expect(await real.having('item')).toBe(0);
    expect([lock.isExpired(), lock.getRemainingTime()]).toEqual([false, null]);
    expect(await waiting).toBe(true);
  }));

test('acquireImmediately() counts the ttl from the reply, acquire() from the request', () =>
  withRealServers(1, async (real) => {
    const { redises, links } = await real.client();
    const locks = locksOver(redises[0]);
    const lift = delayReplies(links, 400);
    const immediate = locks.createLock('one', 300);
    const patient = locks.createLock('two', 300);
    expect(await Promise.all([immediate.acquireImmediately(), patient.acquire()])).toEqual([true, true]);
    expect([immediate.isExpired(), patient.isExpired()]).toEqual([false, true]);
    lift();
    expect(await real.having('one')).toBe(0);
  }));

test('an acquire() without retry.timeout gives up after 30 s, where the documentation says Infinity', () =>
  withRealServers(1, async (real) => {
    const { redises } = await real.client();
    const locks = locksOver(redises[0]);
    const holder = locks.createLock('item', null);
    await holder.acquire();
    const begun = Date.now();
    const acquiring = locks.createLock('item', null).acquire({ retry: { delay: 10 } });
    const clock = vi.spyOn(Date, 'now');
    clock.mockReturnValue(begun + 29_000);
    expect(await within(500, acquiring)).toBe('not settled');
    clock.mockReturnValue(begun + 31_000);
    expect(await acquiring).toBe(false);
    clock.mockRestore();
  }));

test('retry.timeout does not end an acquire that waits for a reply', () =>
  withRealServers(1, async (real) => {
    const { redises, links } = await real.client();
    const heal = partition(links);
    const acquiring = locksOver(redises[0])
      .createLock('item', 10_000)
      .acquire({ retry: { timeout: 100 } });
    expect(await within(1500, acquiring)).toBe('not settled');
    heal();
    expect(await acquiring).toBe(true);
  }));

test('control: extend() does not revive a lock that has expired, and a lost reply does not disturb it', () =>
  withRealServers(1, async (real) => {
    const { redises, links } = await real.client();
    const locks = locksOver(redises[0]);
    const lock = locks.createLock('item', 10_000);
    await lock.acquire();
    loseNextReply(links);
    await lock.extend(20_000);
    expect(await redises[0]?.pttl('item')).toBeGreaterThan(10_000);
    await lock.release();

    const late = locks.createLock('item', 100);
    await late.acquire();
    await sleep(150);
    await expect(late.extend()).rejects.toEqual(notOwned);
    expect(await real.having('item')).toBe(0);
  }));
