import fc from 'fast-check';
import type { Envelope } from '../../src/locks/envelope.js';
import type { WorkloadDefinition } from '../../sim/define-workload.js';
import type { DrawnFrom, FaultSelection } from '../../sim/explore/draw-scenario.js';
import { faultKinds } from '../../sim/nemesis/faults.js';

export const envelope: Envelope = { faults: faultKinds, bounds: { clockDriftPpm: 20_000, memoryLossDowntimeTtls: 1 }, inWords: 'A test.' };

export const workload: WorkloadDefinition = {
  name: 'test',
  tests: 'Nothing.',
  params: { stock: { min: 1, max: 9 }, clients: { min: 2, max: 4 } },
  operation: { thinkMs: { min: 0, max: 100 }, holdMs: { min: 5, max: 50 }, quantity: { min: 1, max: 3 } },
  setup: async () => undefined,
  client: async () => undefined,
  check: ['mutual-exclusion'],
  sometimes: {},
};

/** What scenarios of the workload above are drawn from. */
export const sourceWith = (faults: FaultSelection): DrawnFrom => ({
  ...{ workload, workloadName: 'test', lockName: 'test-lock', assumes: envelope },
  servers: ['redis', 'shop'],
  faults,
});

/** The same, with any selection of faults. */
export const sources = fc.record({ kinds: fc.subarray([...faultKinds]), withinEnvelope: fc.boolean() }).map((faults) => sourceWith(faults));
