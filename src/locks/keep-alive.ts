import { after, between, milliseconds, toMilliseconds, type Duration, type Instant } from '../base/time.js';
import type { Clock, Timer } from '../ports/clock.js';
import { MIN_TTL_MS, type HeldLease } from './lease.js';

export interface KeepAliveOptions {
  readonly clock: Clock;
  readonly ttlMs: number;
  /** The lease is renewed so that it lasts this long in all, counted from now, and no longer. */
  readonly maxHoldMs: number;
}

/**
 * Renews a lease while it is held, until `maxHoldMs` are used up: then it runs out, and its signal tells. A holder that is
 * stuck for ever thus frees the key in the end.
 *
 * It stops in the instant in which the lease is over. A timer that outlived the release (test: R16) would go on: 1. the
 * lease is released.  2. The same process acquires the key again.  3. The old timer renews what it finds, for ever.
 */
export function keepAlive(lease: HeldLease, { clock, ttlMs, maxHoldMs }: KeepAliveOptions): void {
  const holdUntil = after(clock.now(), milliseconds(maxHoldMs));
  let timer: Timer | null = null;
  let over = false;
  lease.whenOver(() => {
    over = true;
    timer?.cancel();
  });

  const scheduleAfter = (pause: Duration): void => {
    if (!over) timer = clock.setTimer(pause, () => void renew().catch(letItRunOut));
  };
  const renew = async (): Promise<void> => {
    const budget = between(clock.now(), holdUntil);
    const gain = between(lease.expiresAt, holdUntil);
    if (gain < milliseconds(ttlMs) / 10 || budget < milliseconds(MIN_TTL_MS)) return; // not worth a request: let it run out
    await lease.extend(Math.min(ttlMs, Math.floor(toMilliseconds(budget)))); // a failure leaves time: the next pause is shorter
    scheduleAfter(untilNextRenewal(clock.now(), lease.expiresAt));
  };
  scheduleAfter(untilNextRenewal(clock.now(), lease.expiresAt));
}

/** What throws here is a bug of the protocol. It must not end the process (R5): the lease runs out, and its signal tells. */
const letItRunOut = (): void => {};

/** A third of what is left: time for two more attempts; after a failure they follow in ever shorter steps, at least a millisecond. */
function untilNextRenewal(now: Instant, expiresAt: Instant): Duration {
  return Math.max(1000, Math.floor(between(now, expiresAt) / 3)) as Duration;
}
