import { microseconds, type Duration } from '../base/time.js';
import { systemClock } from './system-clock.js';

/** What `work` resolves to, or `late` when that takes longer than `timeout`. */
export async function withDeadline<Value>(timeout: Duration, late: Value, work: Promise<Value>): Promise<Value> {
  let stop = (): void => {};
  const deadline = new Promise<Value>((resolve) => {
    const timer = systemClock.setTimer(microseconds(Math.max(0, timeout)), () => resolve(late));
    stop = () => timer.cancel();
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    stop();
  }
}
