import type { Duration } from '../base/time.js';
import type { Clock } from '../ports/clock.js';

/** Waits `length` by the monotonic clock, or until `signal` aborts, whichever is sooner. Never rejects. */
export function sleep(clock: Clock, length: Duration, signal?: AbortSignal): Promise<void> {
  if (signal === undefined) return new Promise((resolve) => void clock.setTimer(length, resolve));
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = clock.setTimer(length, wake);
    signal.addEventListener('abort', wake);
  });
}

/** What `work` resolves to, or undefined when that takes longer than `length`. */
export async function within<Value>(clock: Clock, length: Duration, work: Promise<Value>): Promise<Value | undefined> {
  const done = new AbortController();
  try {
    return await Promise.race([work, sleep(clock, length, done.signal).then(() => undefined)]);
  } finally {
    done.abort('done');
  }
}

/** What `work` resolves to, or `'aborted'` as soon as `signal` aborts. */
export function orAborted<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value | 'aborted'> {
  return signal === undefined ? work : raceWithAbort(work, signal);
}

async function raceWithAbort<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value | 'aborted'> {
  if (signal.aborted) return 'aborted';
  let stop = (): void => {};
  const aborted = new Promise<'aborted'>((resolve) => {
    stop = () => resolve('aborted');
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
