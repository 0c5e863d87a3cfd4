import { conformance } from '../models/judges/conformance/conformance.js';
import { fencedLeaseProtocol } from '../models/judges/conformance/fenced-lease-protocol.js';
import { judged } from './judged.js';
import type { Property } from './property.js';

/**
 * The run is one of the protocol: request, step at the server and reply of every operation can be put in a row in which each
 * step's guard holds. Where it is broken, the message names the guards that were false. Besides what `linearizable-lock`
 * asks, refusals must be right, and the server ends no lease before its ttl has passed on its own clock.
 */
export const followsProtocol: Property = {
  name: 'follows-protocol',
  kind: 'always',
  claim: 'Every request, reply, loss and crash is a step of the fenced lease protocol, with steps of the server between them whose guards all hold.',
  check: (history) => judged(followsProtocol.name, conformance(history, fencedLeaseProtocol)),
};
