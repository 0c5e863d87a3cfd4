import type { FaultKind } from '../../src/locks/envelope.js';
import type { ChaosFault } from './chaos-fault.js';
import { delay, oneWayPartition, partialPartition, replyLost, reset, stall } from './link-faults.js';
import { crash, flush, pause, restart } from './process-faults.js';

/** The kinds that we can do to real processes. Not among them: clocks (there is one for all on a host) and datagrams (one server each sends none). */
export const chaosFaults: ReadonlyMap<FaultKind, ChaosFault> = new Map(
  [delay, stall, reset, oneWayPartition, partialPartition, replyLost, crash, restart, flush, pause].map((fault) => [fault.kind, fault]),
);
