import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import type { RunClock } from './run-clock.js';

/** For servers that live in real time, on this machine. */
export const realClock: RunClock = {
  elapsed: () => performance.now(),
  wall: () => Date.now(),
  sleep: async (milliseconds) => void (await setTimeout(milliseconds)),
};
