import type { ProcessContext, SimulatedRedis } from '../../../sim/simulate/simulated-world.js';

/**
 * Whom the server has as the holder must learn it in time. Waits for `acquiring`; throws when `isHolder` has been true for
 * longer than `withinMs` and `acquiring` has not settled. Slow networks and clients are not to blame on a lock: the time
 * in which the server knows of nothing does not count.
 */
export async function toldInTime(own: ProcessContext, acquiring: Promise<unknown>, withinMs: number, isHolder: () => boolean): Promise<void> {
  let settled = false;
  const settling = acquiring.finally(() => (settled = true));
  const step = Math.max(50, withinMs / 100);
  for (let held = 0; !settled && held <= withinMs; held = isHolder() ? held + step : 0) await Promise.race([settling, own.sleep(step)]);
  if (!settled) throw new Error(`for ${withinMs} ms the server has had it as the holder, and acquire() has not told it`);
  await settling;
}

/** Whether a command has this answer, a number or a text, at a server that may be down at the moment. */
export function answers(redis: SimulatedRedis, expected: string, ...command: string[]): boolean {
  const answer = redis.isAlive ? redis.run(...command) : null;
  return (typeof answer === 'number' || typeof answer === 'string') && String(answer) === expected;
}
