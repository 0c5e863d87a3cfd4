/** `holdfast`: the lock client, its words, and what every back end shares. Back ends have entry points of their own. */
export { AssertionError } from './base/assert.js';
export { parseFencingToken, type FencingToken } from './base/fencing-token.js';
export { OptionsError } from './base/options-error.js';
export type { Ok, Outcome, Refused, Unknown } from './base/outcome.js';
export { after, between, microseconds, milliseconds, toMilliseconds, type Duration, type Instant, type Timestamp } from './base/time.js';
export type { Clock, Timer } from './ports/clock.js';
export { noObserver, type LockEvent, type Observer } from './ports/observer.js';
export type { Random } from './ports/random.js';
export type { Envelope, EnvelopeBounds, FaultKind } from './locks/envelope.js';
export type { ExtendResult, Lease, ReleaseResult } from './locks/lease.js';
export { LeaseLostError } from './locks/lease-lost-error.js';
export { LockClient, type AcquireOptions, type AcquireResult, type LockClientOptions, type NotAcquired, type WithLockResult } from './locks/lock-client.js';
export type {
  AcquireReply,
  AcquireRequest,
  ExtendReply,
  ExtendRequest,
  LockProtocol,
  LockRequest,
  ReleaseReply,
  ReleaseRequest,
  Unavailable,
} from './locks/lock-protocol.js';
export { systemClock } from './bindings/system-clock.js';
export { systemRandom } from './bindings/system-random.js';
