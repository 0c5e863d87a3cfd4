import { after, microseconds, milliseconds, type Duration, type Instant } from '../base/time.js';

/** A server that counts whole milliseconds may end a lease up to one sooner, and so may we round. */
const ROUNDING = milliseconds(2);

/** When a lease is over for its holder, by the holder's own clock, if the request that won it was sent at `sent`. */
export function localEnd(sent: Instant, ttl: Duration, maxClockDriftPpm: number): Instant {
  return after(sent, microseconds(ttl - margin(ttl, maxClockDriftPpm)));
}

/**
 * Our clock may be slow while the server's is fast: twice the drift, and the rounding. Without it (test: "the local end
 * comes before the key's"): 1. A holds for 10 s.  2. The server's clock, 2 % fast, ends the key after 9.8 s.  3. B is
 * granted it.  4. A's clock, 2 % slow, lets A believe until 10.2 s.
 */
function margin(ttl: Duration, driftPpm: number): number {
  return Math.ceil((ttl * 2 * driftPpm) / 1_000_000) + ROUNDING;
}
