import { describe, expect, test } from 'vitest';
import { OptionsError } from '../../../../src/base/options-error.js';
import { LeaseLostError } from '../../../../src/locks/lease-lost-error.js';
import { settled } from '../../../support/fake-clock.js';
import { finish, leaseOf, lockBench } from '../../../support/lock-bench.js';

describe('acquire', () => {
  test('a free key is granted with a token, an owner and an end', async () => {
    const { locks, events } = lockBench();
    const lease = leaseOf(await locks.acquire('k', { ttlMs: 1000 }));
    expect(lease).toMatchObject({ key: 'k', owner: 'owner-1', token: 101n, expiresAt: 958_000 });
    expect(lease.signal.aborted).toBe(false);
    expect(events).toEqual([{ kind: 'granted', key: 'k', owner: 'owner-1', token: 101n, waited: 0, attempts: 1 }]);
  });

  test('R1: a grant that is over before it is read is not handed out, but asked for again', async () => {
    const { locks, clock, redis } = lockBench();
    const first = locks.acquire('k', { ttlMs: 1000 });
    clock.sleepThrough(5000);
    const lease = leaseOf(await first);
    expect(redis.sentTimes('lock-acquire')).toEqual([0, 5000]);
    expect(lease.expiresAt).toBeGreaterThan(clock.now());
  });

  test('R1: validity counts from when the winning request was sent, not from before the wait, nor from the reply', async () => {
    const { locks, clock, redis } = lockBench();
    redis.occupy('other', 500);
    redis.fates.push(null, null, null, null, null, null);
    redis.always = { kind: 'slow', there: 0, back: 30 };
    const lease = leaseOf(await finish(clock, locks.acquire('k', { ttlMs: 1000 })));
    const sent = redis.sentTimes('lock-acquire').at(-1) ?? 0;
    expect(sent).toBeGreaterThan(500);
    expect(lease.expiresAt).toBe(sent * 1000 + 958_000);
  });

  test('R2: one lost reply on a free key costs the timeout of an attempt, not a ttl', async () => {
    const { locks, clock, redis } = lockBench();
    redis.fates.push({ kind: 'reply-lost' });
    const lease = leaseOf(await finish(clock, locks.tryAcquire('k', { ttlMs: 3000 })));
    expect(redis.sentTimes('lock-acquire')).toEqual([0, 100]);
    expect(redis.sent.map(({ args }) => args[0])).toEqual(['owner-1', 'owner-1']);
    expect(lease.token).toBe(101n);
  });

  test('a slow link is given longer with every attempt', async () => {
    const { locks, clock, redis } = lockBench();
    redis.always = { kind: 'slow', there: 150, back: 150 };
    const result = await finish(clock, locks.tryAcquire('k', { ttlMs: 10_000 }));
    expect(result.status).toBe('granted');
    expect(redis.sentTimes('lock-acquire')).toEqual([0, 100, 300]);
  });

  test('a held key is refused at once by tryAcquire, with its holder and what remains', async () => {
    const { locks, redis } = lockBench();
    redis.occupy('other', 500);
    expect(await locks.tryAcquire('k', { ttlMs: 1000 })).toEqual({ status: 'refused', reason: 'held', holder: 'other', remaining: 500_000 });
  });

  test('waiting ends at the deadline, after a last look', async () => {
    const { locks, clock, redis } = lockBench();
    redis.occupy('other', 10_000);
    expect(await finish(clock, locks.acquire('k', { ttlMs: 1000, waitMs: 333 }))).toMatchObject({ status: 'refused', reason: 'timeout', holder: 'other' });
    expect(redis.sentTimes('lock-acquire').at(-1)).toBe(333);
    expect(redis.sentTimes('lock-release')).toEqual([]);
  });

  test("a waiter asks right after the holder's lease has run out", async () => {
    const { locks, clock, redis } = lockBench({ pollMinMs: 10_000, pollMaxMs: 10_000 });
    redis.occupy('other', 777);
    const result = await finish(clock, locks.acquire('k', { ttlMs: 1000 }));
    expect(result.status).toBe('granted');
    expect(redis.sentTimes('lock-acquire')).toEqual([0, 778]);
  });

  test('pauses double up to their bound', async () => {
    const { locks, clock, redis } = lockBench({ pollMinMs: 10, pollMaxMs: 40 });
    redis.occupy('other', 10_000);
    await finish(clock, locks.acquire('k', { ttlMs: 1000, waitMs: 200 }));
    const times = redis.sentTimes('lock-acquire').map(Math.round);
    expect(times.slice(0, 6)).toEqual([0, 10, 30, 70, 110, 150]);
  });

  test('no answer at all: unknown, and what may have been taken is given back under the same owner', async () => {
    const { locks, clock, redis, events } = lockBench();
    redis.fates.push({ kind: 'request-lost' }, { kind: 'request-lost' }, { kind: 'reply-lost' });
    expect(await finish(clock, locks.tryAcquire('k', { ttlMs: 5000 }))).toEqual({ status: 'unknown' });
    await clock.advance(1);
    expect(redis.sent.at(-1)).toMatchObject({ script: 'lock-release', args: ['owner-1', '3600000'] });
    expect(redis.holder).toBe(null);
    expect(events).toEqual([{ kind: 'unknown', key: 'k', owner: 'owner-1', during: 'acquire' }]);
  });

  test('a request of ours that arrives after we gave up does not take the key for nobody', async () => {
    const { locks, clock, redis } = lockBench({ attempts: 1 });
    redis.fates.push({ kind: 'reply-lost', there: 5000 });
    expect(await finish(clock, locks.tryAcquire('k', { ttlMs: 1000 }))).toEqual({ status: 'unknown' });
    await clock.advance(6000);
    expect(redis.holder).toBe(null);
  });

  test('an unreachable server is refused at once by tryAcquire, and waited for by acquire', async () => {
    const { locks, clock, redis } = lockBench();
    redis.always = { kind: 'unavailable' };
    expect(await locks.tryAcquire('k', { ttlMs: 1000 })).toEqual({ status: 'refused', reason: 'unavailable', message: 'connection refused' });
    redis.fates.push({ kind: 'unavailable' }, { kind: 'error', code: 'LOADING' }, null);
    expect(await finish(clock, locks.acquire('k', { ttlMs: 1000, waitMs: 1000 }))).toMatchObject({ status: 'granted' });
  });

  test('what only a person can mend is not waited for', async () => {
    const { locks, redis } = lockBench();
    redis.always = { kind: 'error', code: 'NOPERM' };
    expect(await locks.acquire('k', { ttlMs: 1000 })).toEqual({ status: 'refused', reason: 'unavailable', message: 'NOPERM says the server' });
    expect(redis.sent.length).toBe(1);
  });

  test('unanswered, then unreachable, is unknown', async () => {
    const { locks, clock, redis } = lockBench();
    redis.fates.push({ kind: 'connection-lost' });
    redis.always = { kind: 'unavailable' };
    expect(await finish(clock, locks.tryAcquire('k', { ttlMs: 1000 }))).toEqual({ status: 'unknown' });
  });

  test('R7: every acquisition has an owner of its own, so a late release frees nobody else', async () => {
    const { locks, clock, redis } = lockBench();
    const first = leaseOf(await locks.acquire('k', { ttlMs: 100 }));
    await clock.advance(200);
    const second = leaseOf(await locks.acquire('k', { ttlMs: 1000 }));
    expect(second.owner).not.toBe(first.owner);
    expect(await first.release()).toEqual({ status: 'lost' });
    expect(redis.holder).toBe(second.owner);
  });

  test('A6: an abort while the request is under way gives back what it took', async () => {
    const { locks, clock, redis } = lockBench();
    const abort = new AbortController();
    redis.fates.push({ kind: 'slow', there: 20, back: 20 });
    const acquiring = locks.acquire('k', { ttlMs: 5000, signal: abort.signal });
    await clock.advance(30);
    expect(redis.holder).toBe('owner-1');
    abort.abort();
    expect(await acquiring).toEqual({ status: 'refused', reason: 'aborted' });
    await clock.advance(50);
    expect(redis.holder).toBe(null);
  });

  test('A6: an abort between the grant and its return does so too', async () => {
    const { locks, redis } = lockBench();
    const abort = new AbortController();
    const acquiring = locks.acquire('k', { ttlMs: 5000, signal: abort.signal });
    expect(redis.holder).toBe('owner-1');
    abort.abort();
    expect(await acquiring).toEqual({ status: 'refused', reason: 'aborted' });
    await settled();
    expect(redis.holder).toBe(null);
  });

  test('an abort ends the wait at once, and one before the start sends nothing', async () => {
    const { locks, clock, redis } = lockBench({ pollMinMs: 5000, pollMaxMs: 5000 });
    redis.occupy('other', 10_000);
    const abort = new AbortController();
    const waiting = locks.acquire('k', { ttlMs: 1000, signal: abort.signal });
    await clock.advance(10);
    abort.abort();
    expect(await waiting).toEqual({ status: 'refused', reason: 'aborted' });
    expect(clock.pending).toBe(0);
    const before = redis.sent.length;
    expect(await locks.acquire('k', { ttlMs: 1000, signal: abort.signal })).toEqual({ status: 'refused', reason: 'aborted' });
    expect(redis.sent.length).toBe(before);
  });

  test('options that cannot be meant are refused in one line', async () => {
    const { locks, clock } = lockBench();
    const bad: [string, object][] = [
      ['', { ttlMs: 1000 }],
      ['}k', { ttlMs: 1000 }],
      ['k', { ttlMs: 9 }],
      ['k', { ttlMs: 1.5 }],
      ['k', {}],
      ['k', { ttlMs: 1000, waitMs: -1 }],
      ['k', { ttlMs: 1000, maxHoldMs: 999 }],
    ];
    for (const [key, options] of bad) await expect(locks.acquire(key, options as { ttlMs: number })).rejects.toThrow(OptionsError);
    await expect(locks.acquire('k', { ttlMs: 9 })).rejects.toThrow('ttlMs must be a whole number, 10 or more; got 9');
    expect(() => lockBench({ attempts: 0 })).toThrow(OptionsError);
    expect(() => lockBench({ pollMinMs: 50, pollMaxMs: 20 })).toThrow('pollMaxMs (20) must not be less than pollMinMs (50)');
    expect(clock.pending).toBe(0);
  });
});

describe('withLock', () => {
  test('gives the value, and the lock back', async () => {
    const { locks, redis } = lockBench();
    expect(await locks.withLock('k', { ttlMs: 1000 }, (lease) => lease.token)).toEqual({ status: 'done', value: 101n, release: { status: 'released' } });
    expect(redis.holder).toBe(null);
  });

  test('does not run the work without the lock', async () => {
    const { locks, redis } = lockBench();
    redis.occupy('other', 500);
    expect(await locks.withLock('k', { ttlMs: 1000, waitMs: 0 }, () => expect.unreachable())).toMatchObject({ status: 'refused', reason: 'held' });
  });

  test('R8: an expired lease and a failing release never replace the value', async () => {
    const { locks, clock, redis } = lockBench();
    const expired = locks.withLock('k', { ttlMs: 100 }, async () => {
      await clock.advance(500);
      return 'paid';
    });
    expect(await expired).toEqual({ status: 'done', value: 'paid', release: { status: 'lost' } });
    redis.fates.push(null);
    redis.always = { kind: 'request-lost' };
    const unanswered = locks.withLock('k', { ttlMs: 1000 }, () => 'paid');
    expect(await finish(clock, unanswered)).toMatchObject({ status: 'done', value: 'paid', release: { status: 'unknown' } });
  });

  test('R8: what the work throws passes through unchanged, and the lock is given back', async () => {
    const { locks, redis } = lockBench();
    const problem = new Error('card declined');
    await expect(locks.withLock('k', { ttlMs: 1000 }, () => Promise.reject(problem))).rejects.toBe(problem);
    expect(redis.holder).toBe(null);
    redis.fates.push(null);
    redis.always = { kind: 'unavailable' };
    const { clock } = redis;
    await expect(
      finish(
        clock,
        locks.withLock('k', { ttlMs: 1000 }, () => Promise.reject(problem)),
      ),
    ).rejects.toBe(problem);
  });

  test('renews while the work goes on, for as long as it may be held and no longer', async () => {
    const { locks, clock, redis } = lockBench();
    let lostAt = 0;
    const work = locks.withLock('k', { ttlMs: 300, maxHoldMs: 1000 }, async (lease) => {
      lease.signal.addEventListener('abort', () => (lostAt = clock.nowMs));
      await clock.advance(2000);
      return lease.signal.reason as unknown;
    });
    expect(await work).toMatchObject({ status: 'done', value: new LeaseLostError('k', 'expired') });
    expect(lostAt).toBeGreaterThan(900);
    expect(lostAt).toBeLessThanOrEqual(1000);
    expect(redis.sentTimes('lock-extend').length).toBeLessThan(15);
  });
});
