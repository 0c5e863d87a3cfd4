import { allOrNothing } from './all-or-nothing.js';
import { deadlockFreedom } from './deadlock-freedom.js';
import { fencingMonotone } from './fencing-monotone.js';
import { followsProtocol } from './follows-protocol.js';
import { leaseEnds } from './lease-ends.js';
import { linearizableLock } from './linearizable-lock.js';
import { linearizableStock } from './linearizable-stock.js';
import { mutualExclusion } from './mutual-exclusion.js';
import { noNegativeStock } from './no-negative-stock.js';
import { noStaleWrite } from './no-stale-write.js';
import { noUnexpectedError } from './no-unexpected-error.js';
import type { Property } from './property.js';
import { stockConservation } from './stock-conservation.js';

/** Every property, by the name that workloads, commands and reports call it by. */
export const properties: ReadonlyMap<string, Property> = new Map(
  [
    mutualExclusion,
    leaseEnds,
    fencingMonotone,
    noStaleWrite,
    noNegativeStock,
    stockConservation,
    allOrNothing,
    deadlockFreedom,
    linearizableLock,
    linearizableStock,
    followsProtocol,
    noUnexpectedError,
  ].map((property) => [property.name, property]),
);
