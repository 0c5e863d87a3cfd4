import { executionAsyncId } from 'node:async_hooks';
import { mendAsyncContext } from './watchdog.js';

/**
 * Running every microtask and nextTick callback that an event left behind, to the last hop, before the next event.
 *
 * `tick` does it in place: inside one real macrotask, `process._tickCallback()` runs the nextTick queue and all microtasks
 * synchronously. (It does nothing when called from a microtask; so a run begins in a real `setImmediate`.) `immediate` waits
 * for a real `setImmediate` after each event: several times slower, needs nothing undocumented, and gives the same digest.
 * Both run nextTick callbacks before microtasks, as Node does after every macrotask.
 */
export type DrainMode = 'tick' | 'immediate';

const tickCallback: unknown = (process as unknown as Record<string, unknown>)['_tickCallback'];

/** `tick` where this Node has it, else `immediate`. */
export const bestDrainMode: DrainMode = typeof tickCallback === 'function' ? 'tick' : 'immediate';

/** Drains in place; only inside a macrotask, only where `bestDrainMode` is `tick`. */
export const drainByTick = (typeof tickCallback === 'function' ? tickCallback.bind(process) : () => undefined) as () => void;

const realSetImmediate = setImmediate;

/** Real milliseconds, whatever is virtual by now. */
export const realNow = performance.now.bind(performance);

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/**
 * Runs `work` in a fresh macrotask and resolves in the one right behind it, when all that `work` left behind has run. Of the
 * real world nothing comes between: its timers and sockets have other phases of Node's loop.
 */
export const inMacrotaskThenDrained = (work: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    realSetImmediate(() => {
      try {
        work();
      } catch (error) {
        reject(asError(error));
      }
    });
    realSetImmediate(resolve);
  });

/** So long may one macrotask go on with the next run, before Node's own timers and sockets get their turn. */
const TURN_MS = 2;

interface Job {
  readonly work: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

const waiting: Job[] = [];
let isPumping = false;

/**
 * Runs `work` synchronously inside a macrotask, not in the caller's: the only place where `drainByTick` works. Where runs
 * are short and one follows another, several share a macrotask, as the turn of Node's loop costs more than such a run.
 */
export const inMacrotask = <Value>(work: () => Value): Promise<Value> =>
  new Promise((resolve, reject) => {
    waiting.push({ work, resolve, reject });
    if (!isPumping) realSetImmediate(pump);
    isPumping = true;
  });

function perform({ work, resolve, reject }: Job): void {
  try {
    resolve(work() as never);
  } catch (error) {
    reject(asError(error));
  }
}

function pump(): void {
  const began = realNow();
  const asyncId = executionAsyncId();
  try {
    do {
      const job = waiting.shift();
      if (job !== undefined) perform(job);
      // Whoever awaited that run goes on here, and perhaps begins another.
      drainByTick();
    } while (waiting.length > 0 && realNow() - began < TURN_MS);
  } finally {
    isPumping = waiting.length > 0;
    if (isPumping) realSetImmediate(pump);
  }
  mendAsyncContext(asyncId);
}
