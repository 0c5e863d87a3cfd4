import { faults } from '../nemesis/faults.js';
import type { ChaosFault, ChaosFaultKind, SharedFault } from './chaos-fault.js';
import { commitReplyLost, delay, oneWayPartition, partialPartition, replyLost, reset, stall } from './link-faults.js';
import { backendKill, crash, flush, pause, poolerKill, restart, serverPause } from './process-faults.js';

/** Of the kinds that a simulated world has. Not among them: clocks (there is one for all on a host) and datagrams (one server each sends none). */
const shared: readonly SharedFault[] = [delay, stall, reset, oneWayPartition, partialPartition, replyLost, crash, restart, flush, pause];

const meant = (fault: SharedFault): ChaosFault => {
  const meaning = faults[fault.kind];
  return { ...fault, within: fault.kind, about: meaning.about, targets: (topology) => meaning.targets(topology) };
};

/** The kinds that we can do to real processes, in the order in which reports tell of them. */
export const chaosFaults: ReadonlyMap<ChaosFaultKind, ChaosFault> = new Map(
  [...shared.map(meant), commitReplyLost, serverPause, backendKill, poolerKill].map((fault) => [fault.kind, fault]),
);
