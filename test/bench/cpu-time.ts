import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Reading } from './bench.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;

/** Does the work and says how much of it fits into a second of processor time, that of the collector and the compiler included. */
export async function perCpuSecond(measure: string, unit: string, work: () => Promise<number>): Promise<Reading> {
  const { value: amount, cpuMs } = await cpuTimeOf(work);
  return { measure, unit, value: amount / (cpuMs / 1000) };
}

/**
 * The processor time that the work took, in milliseconds: on a busy machine it says more than the time on the wall. The
 * heap is cleaned before, so that nobody pays for the garbage of the contender before him.
 */
export async function cpuTimeOf<Value>(work: () => Promise<Value>): Promise<{ readonly value: Value; readonly cpuMs: number }> {
  collectGarbage({ type: 'minor' });
  const before = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { value, cpuMs: (user + system) / 1000 };
}
