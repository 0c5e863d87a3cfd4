import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { RedlockMultiSemaphore, RedlockMutex, RedlockSemaphore, Mutex, Semaphore } from 'redis-semaphore';
import { expect, test, vi } from 'vitest';
import { delayReplies, loseNextReply, partition, within, withRealServers } from './support/real-servers.js';

const only = ([redis]: readonly Redis[]): Redis => redis ?? expect.fail('no client');

/** A loss that is told is not what these tests are about. */
const onLockLost = (): void => undefined;

test('a lost reply on a free key makes a Mutex refuse itself', () =>
  withRealServers(1, async (real) => {
    const { redises, links } = await real.client();
    const mutex = new Mutex(only(redises), 'item', { lockTimeout: 10_000, acquireAttemptsLimit: 3, onLockLost });
    loseNextReply(links);
    expect(await mutex.tryAcquire()).toBe(false);
    expect(await only(redises).get('mutex:item')).toBe(mutex.identifier);
  }));

test('an error while refreshing ends the process, though onLockLost is given', () =>
  withRealServers(1, async (real) => {
    const child = new Promise<{ code: unknown; stderr: string }>((resolve) => {
      const script = `
        import { Redis } from 'ioredis';
        import { Mutex } from 'redis-semaphore';
        const redis = new Redis(${String(real.servers[0]?.port)}, '127.0.0.1', { commandTimeout: 200 });
        redis.on('error', () => undefined);
        const mutex = new Mutex(redis, 'item', { lockTimeout: 1000, onLockLost: () => console.log('told') });
        await mutex.acquire();
        console.log('acquired');
        setTimeout(() => process.exit(0), 20_000);`;
      const running = execFile(process.execPath, ['--input-type=module', '-e', script], (error, stdout, stderr) => {
        expect(stdout).toBe('acquired\n');
        resolve({ code: error?.code, stderr });
      });
      running.stdout?.once('data', () => real.servers[0]?.pause());
    });
    const { code, stderr } = await child;
    real.servers[0]?.resume();
    expect(code).toBe(1);
    expect(stderr).toContain('Command timed out');
  }));

test('one silent server of three: a RedlockMutex stops being renewed on the others, and says nothing', () =>
  withRealServers(3, async (real) => {
    const holder = await real.client();
    const other = await real.client();
    const told: string[] = [];
    const first = new RedlockMutex(holder.redises, 'item', { lockTimeout: 1000, onLockLost: (error) => told.push(error.message) });
    await first.acquire();
    const heal = partition(holder.links.slice(2));
    await vi.waitFor(async () => expect(await real.having('mutex:item')).toBe(0), { timeout: 20_000, interval: 50 });

    const second = new RedlockMutex(other.redises, 'item', { lockTimeout: 1000, onLockLost });
    await second.acquire();
    expect([first.isAcquired, second.isAcquired]).toEqual([true, true]);
    expect(told).toEqual([]);
    await second.release();
    heal();
    await first.release();
  }));

test('one dead server of three: a RedlockMutex is handed out after its keys are gone, with the defaults of both packages', () =>
  withRealServers(3, async (real) => {
    await real.servers[2]?.stop();
    // By default ioredis gives a command up after 20 attempts to connect, which take 10.5 s; a key lasts 10 s.
    const redises = real.servers.map(({ port }) => new Redis(port, '127.0.0.1'));
    for (const redis of redises) redis.on('error', () => undefined);
    const mutex = new RedlockMutex(redises, 'item');
    expect(await mutex.tryAcquire()).toBe(true);
    expect(await Promise.all(redises.slice(0, 2).map((redis) => redis.exists('mutex:item')))).toEqual([0, 0]);
    mutex.stopRefresh();
    for (const redis of redises) redis.disconnect();
  }));

test('a RedlockMultiSemaphore that was refused keeps the permits it got on a minority of the servers', () =>
  withRealServers(3, async (real) => {
    const { redises } = await real.client();
    const two = redises.slice(0, 2);
    const holder = new RedlockMultiSemaphore(two, 'pool', 2, 2, { lockTimeout: 10_000, onLockLost });
    await holder.acquire();
    const refused = new RedlockMultiSemaphore(redises, 'pool', 2, 2, { lockTimeout: 10_000, acquireAttemptsLimit: 1, onLockLost });
    expect(await refused.tryAcquire()).toBe(false);
    await holder.release();
    expect(await redises[2]?.zrange('semaphore:pool', 0, -1)).toEqual([`${refused.identifier}_0`, `${refused.identifier}_1`]);
  }));

test('control: a RedlockSemaphore gives them back', () =>
  withRealServers(3, async (real) => {
    const { redises } = await real.client();
    const holder = new RedlockSemaphore(redises.slice(0, 2), 'pool', 1, { lockTimeout: 10_000, onLockLost });
    await holder.acquire();
    const refused = new RedlockSemaphore(redises, 'pool', 1, { lockTimeout: 10_000, acquireAttemptsLimit: 1, retryInterval: 1, onLockLost });
    expect(await refused.tryAcquire()).toBe(false);
    await holder.release();
    expect(await real.having('semaphore:pool')).toBe(0);
  }));

test('a Semaphore with a short lockTimeout takes the permit of one with a long lockTimeout', () =>
  withRealServers(1, async (real) => {
    const { redises } = await real.client();
    const long = new Semaphore(only(redises), 'pool', 1, { lockTimeout: 10_000, onLockLost });
    await long.acquire();
    const short = new Semaphore(only(redises), 'pool', 1, { lockTimeout: 200, acquireTimeout: 5000, refreshInterval: 0, onLockLost });
    await short.acquire();
    expect([long.isAcquired, short.isAcquired]).toEqual([true, true]);
    await Promise.all([long.release(), short.release()]);
  }));

test('a Semaphore with a short lockTimeout ends the permits of the others when it is given back', () =>
  withRealServers(1, async (real) => {
    const { redises } = await real.client();
    const long = new Semaphore(only(redises), 'pool', 2, { lockTimeout: 10_000, onLockLost });
    await long.acquire();
    const short = new Semaphore(only(redises), 'pool', 2, { lockTimeout: 300, refreshInterval: 0, onLockLost });
    await short.acquire();
    await short.release();
    expect(await only(redises).zcard('semaphore:pool')).toBe(1);
    await vi.waitFor(async () => expect(await real.having('semaphore:pool')).toBe(0), { timeout: 5000, interval: 50 });
    expect(long.isAcquired).toBe(true);
    await long.release();
  }));

test('clocks that differ by 30 % of lockTimeout are enough to exceed the limit of a Semaphore', () =>
  withRealServers(1, async (real) => {
    const { redises } = await real.client();
    const holder = new Semaphore(only(redises), 'pool', 1, { lockTimeout: 4000, onLockLost });
    await holder.acquire();
    await sleep(2900); // the first refresh is due after 3200 ms
    const byOther = Date.now() + 1200;
    const clock = vi.spyOn(Date, 'now').mockReturnValue(byOther);
    const ahead = new Semaphore(only(redises), 'pool', 1, { lockTimeout: 4000, acquireAttemptsLimit: 1, refreshInterval: 0, onLockLost });
    const acquired = await ahead.tryAcquire();
    clock.mockRestore();
    expect([acquired, holder.isAcquired]).toEqual([true, true]);
    await Promise.all([holder.release(), ahead.release()]);
  }));

test('acquireTimeout does not end an acquire that waits for a reply', () =>
  withRealServers(1, async (real) => {
    const { redises, links } = await real.client();
    const heal = partition(links);
    const mutex = new Mutex(only(redises), 'item', { acquireTimeout: 100, onLockLost });
    const acquiring = mutex.tryAcquire();
    expect(await within(1500, acquiring)).toBe('not settled');
    heal();
    expect(await acquiring).toBe(true);
    await mutex.release();
  }));

test('a Mutex is handed out after its key is gone, when the reply took longer than lockTimeout', () =>
  withRealServers(1, async (real) => {
    const { redises, links } = await real.client();
    delayReplies(links, 600);
    const mutex = new Mutex(only(redises), 'item', { lockTimeout: 300, onLockLost });
    expect(await mutex.tryAcquire()).toBe(true);
    expect(await real.having('mutex:item')).toBe(0);
    expect(mutex.isAcquired).toBe(true);
    await mutex.release();
  }));

test('one Mutex object used by two requests of a process stays locked after both have released it', () =>
  withRealServers(1, async (real) => {
    const { redises } = await real.client();
    const redis = only(redises);
    let locked = 0;
    for (let turn = 0; turn < 100; turn++) {
      const mutex = new Mutex(redis, `item:${turn}`, { lockTimeout: 60_000, retryInterval: 1, onLockLost });
      await mutex.acquire();
      const other = mutex.acquire();
      await sleep(2);
      await mutex.release();
      await other;
      await mutex.release();
      locked += await redis.exists(`mutex:item:${turn}`);
    }
    expect(locked).toBeGreaterThan(0);
  }));

test('control: not with an object for each acquisition, as in the README', () =>
  withRealServers(1, async (real) => {
    const { redises } = await real.client();
    const redis = only(redises);
    for (let turn = 0; turn < 100; turn++) {
      const options = { lockTimeout: 60_000, retryInterval: 1, onLockLost };
      const first = new Mutex(redis, `item:${turn}`, options);
      const second = new Mutex(redis, `item:${turn}`, options);
      await first.acquire();
      const other = second.acquire();
      await sleep(2);
      await first.release();
      await other;
      await second.release();
      expect(await redis.exists(`mutex:item:${turn}`)).toBe(0);
    }
  }));

test('control: a release after the loss leaves the next holder alone', () =>
  withRealServers(1, async (real) => {
    const { redises } = await real.client();
    const first = new Mutex(only(redises), 'item', { lockTimeout: 100, refreshInterval: 0, onLockLost });
    await first.acquire();
    await sleep(150);
    const second = new Mutex(only(redises), 'item', { lockTimeout: 10_000, onLockLost });
    await second.acquire();
    await first.release();
    expect(await only(redises).get('mutex:item')).toBe(second.identifier);
    await second.release();
  }));
