import type { FaultKind } from '../../src/locks/envelope.js';
import { clockDrift } from './clock-drift.js';
import { clockSkew } from './clock-skew.js';
import { clockStep } from './clock-step.js';
import { crash } from './crash.js';
import { datagramDuplication, datagramLoss, datagramReordering } from './datagrams.js';
import { delay } from './delay.js';
import type { Fault } from './fault.js';
import { flush } from './flush.js';
import { oneWayPartition } from './one-way-partition.js';
import { partialPartition } from './partial-partition.js';
import { pause } from './pause.js';
import { replyLost } from './reply-lost.js';
import { reset } from './reset.js';
import { restart } from './restart.js';
import { stall } from './stall.js';

/** Every kind of fault, by name. */
export const faults: Readonly<Record<FaultKind, Fault>> = {
  delay,
  stall,
  reset,
  'one-way-partition': oneWayPartition,
  'partial-partition': partialPartition,
  'reply-lost': replyLost,
  'datagram-loss': datagramLoss,
  'datagram-duplication': datagramDuplication,
  'datagram-reordering': datagramReordering,
  crash,
  restart,
  flush,
  pause,
  'clock-skew': clockSkew,
  'clock-drift': clockDrift,
  'clock-step': clockStep,
};

export const faultKinds = Object.keys(faults) as readonly FaultKind[];
