import { describe, expect, test } from 'vitest';
import { LeaseLostError } from '../../../../src/locks/lease-lost-error.js';
import type { Lease } from '../../../../src/locks/lease.js';
import { finish, leaseOf, lockBench } from '../../../support/lock-bench.js';

async function held(ttlMs: number, options: { readonly maxHoldMs?: number } = {}) {
  const bench = lockBench();
  const lease: Lease = leaseOf(await bench.locks.acquire('k', { ttlMs, ...options }));
  return { ...bench, lease };
}

describe('the local end', () => {
  test('R4: the signal aborts there even if the server is silent', async () => {
    const { lease, clock, redis, events } = await held(1000);
    redis.always = { kind: 'request-lost' };
    await clock.advance(957);
    expect(lease.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(lease.signal.aborted).toBe(true);
    expect(lease.signal.reason).toEqual(new LeaseLostError('k', 'expired'));
    expect(lease.signal.reason).toMatchObject({ code: 'HOLDFAST_LEASE_LOST', reason: 'expired', message: 'the lease of "k" has expired' });
    expect(events.at(-1)).toEqual({ kind: 'lost', key: 'k', owner: lease.owner, reason: 'expired' });
  });

  test('R4: also while a renewal waits for its answer', async () => {
    const { lease, clock, redis } = await held(1000);
    await clock.advance(900);
    redis.always = { kind: 'slow', there: 10, back: 500 };
    const extending = lease.extend();
    await clock.advance(58);
    expect(lease.signal.aborted).toBe(true);
    expect(await finish(clock, extending)).toEqual({ status: 'lost', reason: 'expired' });
    expect(lease.expiresAt).toBe(958_000);
  });

  test('an extension moves it, counted from when it was sent', async () => {
    const { lease, clock } = await held(1000);
    await clock.advance(500);
    expect(await lease.extend()).toEqual({ status: 'extended', expiresAt: 1_458_000 });
    await clock.advance(957);
    expect(lease.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(lease.signal.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test('a shorter extension does not shorten it', async () => {
    const { lease } = await held(1000);
    expect(await lease.extend(100)).toEqual({ status: 'extended', expiresAt: 958_000 });
    expect(lease.expiresAt).toBe(958_000);
  });
});

describe('loss', () => {
  test('R3: it is told as soon as it is known, not after retries', async () => {
    const { lease, clock, redis, events } = await held(1000);
    await clock.advance(100);
    redis.occupy('thief', 5000);
    expect(await lease.extend()).toEqual({ status: 'lost', reason: 'taken' });
    expect(clock.nowMs).toBe(100);
    expect(lease.signal.reason).toEqual(new LeaseLostError('k', 'taken'));
    expect(events.at(-1)).toMatchObject({ kind: 'lost', reason: 'taken' });
  });

  test('R12: an extension revives nothing, here or there', async () => {
    const { lease, clock, redis } = await held(100);
    clock.sleepThrough(500);
    expect(await lease.extend()).toEqual({ status: 'lost', reason: 'expired' });
    expect(redis.sentTimes('lock-extend')).toEqual([]);
    expect(redis.holder).toBe(null);
    expect(lease.signal.aborted).toBe(true);
  });

  test('A7: one renewal without an answer, with time left, is no loss', async () => {
    const { lease, clock, redis } = await held(1000);
    redis.fates.push({ kind: 'request-lost' });
    expect(await finish(clock, lease.extend())).toMatchObject({ status: 'extended' });
    redis.fates.push({ kind: 'unavailable' }, null);
    expect(await finish(clock, lease.extend())).toMatchObject({ status: 'extended' });
    expect(lease.signal.aborted).toBe(false);
  });

  test('renewals that are never answered leave the lease as it is', async () => {
    const { lease, clock, redis, events } = await held(3000);
    redis.always = { kind: 'request-lost' };
    expect(await finish(clock, lease.extend())).toMatchObject({ status: 'unknown' });
    expect(lease.signal.aborted).toBe(false);
    expect(lease.expiresAt).toBe(2_878_000);
    expect(events.at(-1)).toEqual({ kind: 'unknown', key: 'k', owner: lease.owner, during: 'extend' });
  });
});

describe('release', () => {
  test('R13: gives back by owner, once, and ends the lease at once', async () => {
    const { lease, clock, redis, events } = await held(1000);
    await clock.advance(200);
    const first = lease.release();
    expect(await lease.extend()).toEqual({ status: 'lost', reason: 'released' });
    expect(await first).toEqual({ status: 'released' });
    expect(await lease.release()).toEqual({ status: 'released' });
    expect(redis.sent.filter(({ script }) => script === 'lock-release').map(({ args }) => args[0])).toEqual([lease.owner]);
    expect(events.at(-1)).toEqual({ kind: 'released', key: 'k', owner: lease.owner, held: 200_000 });
    expect(lease.signal.aborted).toBe(false);
    expect(clock.pending).toBe(0);
  });

  test('is repeated until it is answered, and a repeat frees nobody else', async () => {
    const { lease, clock, redis } = await held(5000);
    redis.fates.push({ kind: 'reply-lost' });
    const releasing = lease.release();
    await clock.advance(50);
    redis.occupy('next', 5000);
    expect(await finish(clock, releasing)).toEqual({ status: 'released' });
    expect(redis.holder).toBe('next');
  });

  test('tells when it could not be known', async () => {
    const { lease, clock, redis, events } = await held(5000);
    redis.always = { kind: 'request-lost' };
    expect(await finish(clock, lease.release())).toEqual({ status: 'unknown', reason: 'timeout' });
    expect(redis.sentTimes('lock-release')).toEqual([0, 100, 300]);
    expect(events.at(-1)).toMatchObject({ kind: 'unknown', during: 'release' });
  });

  test('await using gives back', async () => {
    const { locks, redis } = lockBench();
    {
      await using lease = leaseOf<Lease>(await locks.acquire('k', { ttlMs: 1000 }));
      expect(redis.holder).toBe(lease.owner);
    }
    expect(redis.holder).toBe(null);
  });
});

describe('keep-alive', () => {
  test('renews at a third of what is left', async () => {
    const { lease, clock, redis } = await held(900, { maxHoldMs: 10_000 });
    await clock.advance(1000);
    expect(redis.sentTimes('lock-extend').map(Math.round)).toEqual([287, 575, 862]);
    expect(lease.signal.aborted).toBe(false);
  });

  test('A7: goes on after a renewal that failed', async () => {
    const { lease, clock, redis } = await held(3000, { maxHoldMs: 60_000 });
    redis.fates.push({ kind: 'unavailable' }, { kind: 'unavailable' }, { kind: 'unavailable' }, { kind: 'request-lost' });
    await clock.advance(20_000);
    expect(lease.signal.aborted).toBe(false);
    expect(redis.holder).toBe(lease.owner);
  });

  test('R16: stops in the instant of the release, also when a renewal is under way', async () => {
    const { lease, clock, redis, locks } = await held(900, { maxHoldMs: 100_000 });
    redis.fates.push({ kind: 'slow', there: 50, back: 50 });
    await clock.advance(300);
    await finish(clock, lease.release());
    const renewals = redis.sentTimes('lock-extend').length;
    const next = leaseOf<Lease>(await locks.acquire('k', { ttlMs: 500 }));
    await clock.advance(5000);
    expect(redis.sentTimes('lock-extend').length).toBe(renewals);
    expect(next.signal.aborted).toBe(true);
    expect(redis.holder).toBe(null);
    expect(clock.pending).toBe(0);
  });

  test('stops when the lease is lost', async () => {
    const { lease, clock, redis } = await held(900, { maxHoldMs: 100_000 });
    redis.occupy('thief', 60_000);
    await clock.advance(5000);
    expect(lease.signal.reason).toMatchObject({ reason: 'taken' });
    expect(redis.sentTimes('lock-extend').length).toBe(1);
    expect(clock.pending).toBe(0);
  });
});
