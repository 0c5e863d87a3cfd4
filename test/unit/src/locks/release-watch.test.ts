import { expect, test } from 'vitest';
import { microseconds, milliseconds, type Instant } from '../../../../src/base/time.js';
import { systemRandom } from '../../../../src/bindings/system-random.js';
import { LockClient } from '../../../../src/locks/lock-client.js';
import type { AcquireReply, LockProtocol, WatchRequest } from '../../../../src/locks/lock-protocol.js';
import { postgresLeaseLockEnvelope } from '../../../../src/locks/postgres-lease-lock.js';
import { FakeClock, settled } from '../../../support/fake-clock.js';

/** A lock that another holds until `free`, with a watch that hears what `hears` says. */
class WatchedLock implements LockProtocol {
  readonly name = 'watched';
  readonly assumes = postgresLeaseLockEnvelope;
  readonly watches = new Set<WatchRequest>();
  readonly askedAt: number[] = [];
  readonly mayQueue: (boolean | undefined)[] = [];
  isFree = false;
  hears = true;
  remaining = milliseconds(60_000);
  /** Runs between the moment at which the store has answered and that at which the answer arrives. */
  onTheWay = (): void => undefined;

  constructor(private readonly clock: FakeClock) {}

  async acquire({ ttl, mayQueue }: { ttl: number; mayQueue?: boolean }): Promise<AcquireReply> {
    this.askedAt.push(this.clock.nowMs);
    this.mayQueue.push(mayQueue);
    const wasFree = this.isFree;
    this.onTheWay();
    if (wasFree) return { status: 'granted', token: 1n, expiresAt: (this.clock.now() + ttl) as Instant };
    return { status: 'refused', reason: 'held', holder: 'other', remaining: this.remaining };
  }
  extend = async () => ({ status: 'lost' }) as const;
  release = async () => ({ status: 'released' }) as const;
  watch(request: WatchRequest) {
    this.watches.add(request);
    const hears = (): boolean => this.hears;
    return {
      get hears() {
        return hears();
      },
      close: () => void this.watches.delete(request),
    };
  }

  free(): void {
    this.isFree = true;
    this.wake();
  }
  wake(): void {
    for (const { wake } of this.watches) wake();
  }
}

function bench() {
  const clock = new FakeClock();
  const protocol = new WatchedLock(clock);
  const client = new LockClient(protocol, { clock, random: systemRandom });
  return { clock, protocol, client };
}

test('a waiter that hears does not poll: it looks when it is woken, or after a second', async () => {
  const { clock, protocol, client } = bench();
  const answer = client.acquire('k', { ttlMs: 1000 });
  await clock.advance(300);
  expect(protocol.askedAt).toEqual([0]);
  protocol.wake();
  await clock.advance(0);
  expect(protocol.askedAt).toEqual([0, 300]);
  await clock.advance(1000);
  expect(protocol.askedAt).toEqual([0, 300, 1300]);
  protocol.free();
  expect(await answer).toMatchObject({ status: 'granted' });
  expect(protocol.watches.size).toBe(0);
});

test('it sleeps no longer than the holder has left, and no longer than it may wait', async () => {
  const { clock, protocol, client } = bench();
  protocol.remaining = milliseconds(200);
  const answer = client.acquire('k', { ttlMs: 1000, waitMs: 350 });
  await clock.advance(350);
  expect(protocol.askedAt).toEqual([0, 201, 350]);
  expect(protocol.mayQueue).toEqual([true, true, false]);
  expect(await answer).toMatchObject({ status: 'refused', reason: 'timeout', holder: 'other' });
  expect(protocol.watches.size).toBe(0);
});

test('R14: a release that comes while the refusal is on its way is not missed', async () => {
  const { clock, protocol, client } = bench();
  const answer = client.acquire('k', { ttlMs: 1000 });
  await clock.advance(10);
  protocol.onTheWay = () => {
    protocol.onTheWay = () => undefined;
    protocol.free();
  };
  protocol.wake();
  await settled();
  expect(await answer).toMatchObject({ status: 'granted' });
  expect(protocol.askedAt).toEqual([0, 10, 10]);
});

test('while the watch hears nothing, the waiter polls', async () => {
  const { clock, protocol, client } = bench();
  protocol.hears = false;
  const answer = client.acquire('k', { ttlMs: 1000, waitMs: 1000 });
  await clock.advance(1000);
  expect(protocol.askedAt.length).toBeGreaterThan(7);
  expect(await answer).toMatchObject({ status: 'refused', reason: 'timeout' });
});

test('an abort ends the sleep, and the watch', async () => {
  const { clock, protocol, client } = bench();
  const controller = new AbortController();
  const answer = client.acquire('k', { ttlMs: 1000, signal: controller.signal });
  await clock.advance(5);
  controller.abort();
  expect(await answer).toEqual({ status: 'refused', reason: 'aborted' });
  expect(protocol.watches.size).toBe(0);
  expect(clock.pending).toBe(0);
});

test('a grant whose loss is told ends its lease at once', async () => {
  const { clock, protocol, client } = bench();
  const loss = new AbortController();
  protocol.acquire = async () => ({ status: 'granted', token: 1n, expiresAt: microseconds(1_000_000) as number as Instant, lost: loss.signal });
  const answer = await client.acquire('k', { ttlMs: 1000 });
  if (answer.status !== 'granted') throw new Error('not granted');
  expect(answer.lease.signal.aborted).toBe(false);
  loss.abort();
  expect(answer.lease.signal.reason).toMatchObject({ code: 'HOLDFAST_LEASE_LOST' });
  expect(await answer.lease.extend()).toEqual({ status: 'lost', reason: 'taken' });
  expect(clock.pending).toBe(0);
  // One that was lost before it could be handed out is over from the start.
  const late = await client.acquire('k', { ttlMs: 1000 });
  expect(late.status === 'granted' && late.lease.signal.aborted).toBe(true);
});
