import type { IntegerRange, Operation, WorkloadDefinition } from '../define-workload.js';
import { paramRanges } from '../explore/draw-scenario.js';
import { Draws, type DrawStream } from '../kernel/draws.js';
import type { ChaosSpec } from './chaos-result.js';

/** Long enough for real schedulers and disks, short enough for many leases to run out in a minute. */
const TTL_MS = 600;
const CLIENTS = 5;
/** Not to be sold out in any run, unless that is asked for. By this name the judges know it, too. */
const PLENTY = 1_000_000;

/** What all clients of a run are given: as in a simulated run, but with few short leases and a stock that lasts. */
export function chaosParams(workload: WorkloadDefinition, { clients, stock }: Pick<ChaosSpec, 'clients' | 'stock'>, seed: number): Record<string, number> {
  const draws = new Draws(seed).stream('params');
  const { operations: _endless, ...ranges } = paramRanges(workload);
  const params = Object.fromEntries(Object.entries(ranges).map(([name, { min, max }]) => [name, min + draws.next(max - min + 1)]));
  params['clients'] = clients ?? within(ranges['clients'], CLIENTS);
  params['ttlMs'] = within(ranges['ttlMs'], TTL_MS);
  if (ranges['stock'] !== undefined) params['stock'] = stock ?? PLENTY;
  return params;
}

/** One operation of a client. Times (names in `Ms`) are short, an eighth of their range or less: they are for meeting faults, and grants are worth more. */
export function chaosOperation(workload: WorkloadDefinition, draws: DrawStream): Operation {
  return Object.fromEntries(
    Object.entries(workload.operation).map(([name, { min, max }]) => {
      const span = name.endsWith('Ms') ? (max - min) >> (3 + draws.next(3)) : max - min;
      return [name, min + draws.next(span + 1)];
    }),
  );
}

const within = (range: IntegerRange | undefined, value: number): number => Math.min(Math.max(value, range?.min ?? value), range?.max ?? value);
