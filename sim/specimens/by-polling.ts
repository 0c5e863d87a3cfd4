import { after, milliseconds, type Clock, type Random } from 'holdfast';
import type { AcquireAnswer, LeaseUnderTest } from 'holdfast/sim';

/** How a command of a specimen is sent: one timeout for all. */
export const patiently = { timeout: milliseconds(250) };

const POLL_MS = { min: 15, spread: 20 };

/** "Could not acquire lock, try again later": asks until it is granted, or until `waitMs` is over (never, when absent). */
export async function byPolling(
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  waitMs: number | undefined,
  ask: () => Promise<LeaseUnderTest | null>,
): Promise<AcquireAnswer> {
  const giveUpAt = waitMs === undefined ? Infinity : after(clock.now(), milliseconds(waitMs));
  for (;;) {
    const lease = await ask();
    if (lease !== null) return { status: 'granted', lease };
    if (clock.now() >= giveUpAt) return { status: 'refused' };
    const pauseMs = POLL_MS.min + random.integer(POLL_MS.spread);
    await new Promise<void>((resolve) => void clock.setTimer(milliseconds(pauseMs), resolve));
  }
}

/** Deletes a key if it has this value: a release that looks, in one step. */
export const DELETE_IF_EQUAL = {
  name: 'delete-if-equal',
  lua: `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`,
};
