import type { LockEvent } from '../../src/ports/observer.js';
import { LockClient, type LockClientOptions } from '../../src/locks/lock-client.js';
import { redisLock } from '../../src/locks/redis-lock.js';
import { FakeClock } from './fake-clock.js';
import { FakeLockRedis } from './fake-lock-redis.js';

/** A lock client on a fake clock and a fake Redis; its owners are `owner-1`, `owner-2`... and its jitter is always the longest. */
export function lockBench(options: Partial<LockClientOptions> = {}) {
  const clock = new FakeClock();
  const redis = new FakeLockRedis(clock);
  const events: LockEvent[] = [];
  let owners = 0;
  const locks = new LockClient(redisLock({ redis, clock, maxClockDriftPpm: 20_000 }), {
    clock,
    random: { integer: (bound) => bound - 1, id: () => `owner-${(owners += 1)}` },
    observer: { observe: (event) => events.push(event) },
    ...options,
  });
  return { clock, redis, events, locks };
}

/** Gives the lease of a grant, or fails the test. */
export function leaseOf<Lease>(result: { readonly status: string; readonly lease?: Lease }): Lease {
  if (result.status !== 'granted' || result.lease === undefined) throw new Error(`not granted: ${JSON.stringify(result)}`);
  return result.lease;
}

/** Lets time pass until `work` is done, at most a minute. */
export async function finish<Value>(clock: FakeClock, work: Promise<Value>): Promise<Value> {
  let done = false;
  const noted = work.finally(() => (done = true));
  noted.catch(() => {});
  for (let ms = 0; !done && ms < 60_000; ms += 1) await clock.advance(1);
  if (!done) throw new Error('still not done after a minute of the fake clock');
  return await noted;
}
