import type { FencingToken } from '../base/fencing-token.js';
import type { Duration, Instant } from '../base/time.js';
import type { Unknown } from '../base/outcome.js';
import type { Envelope } from './envelope.js';

/**
 * The seam between the lock client and one way of locking: each method is one request, sent once. The client decides
 * about waiting, repeating and giving up, so a protocol never sleeps and never retries.
 *
 * Every request is idempotent by `owner`: sent twice, or executed late, it has the effect of one. No method rejects for
 * what the network or the store did.
 */
export interface LockProtocol {
  /** How commands and reports call it. */
  readonly name: string;
  readonly assumes: Envelope;
  /** Asks for the key. A repeat that finds its own owner in place has succeeded: same token, at least a full ttl again. */
  acquire(request: AcquireRequest): Promise<AcquireReply>;
  /** Makes the lease last for at least `ttl` from now, if owner and token still hold it. Never shortens, never revives. */
  extend(request: ExtendRequest): Promise<ExtendReply>;
  /** Gives the key back if `owner` has it, and makes sure that no late request of this owner can take it again. */
  release(request: ReleaseRequest): Promise<ReleaseReply>;
  /** Tells when asking again for a key that others hold is worthwhile. Absent: whoever waits polls. */
  watch?(request: WatchRequest): LockWatch;
}

export interface WatchRequest {
  readonly key: string;
  readonly owner: string;
  /**
   * Called when the answer may be another now: also once when the watch begins to hear, and once when it ceases. So whoever
   * asks again after each call, and sleeps only then, misses nothing (R14).
   */
  readonly wake: () => void;
}

export interface LockWatch {
  /** Whether it hears at present. While it does not, poll. */
  readonly hears: boolean;
  close(): void;
}

export interface LockRequest {
  readonly key: string;
  readonly owner: string;
  /** How long to wait for the answer before it is `unknown`. */
  readonly timeout: Duration;
}

export interface AcquireRequest extends LockRequest {
  readonly ttl: Duration;
  /** A protocol with a queue may give this owner a place in it: the owner asks again, or else releases. Absent: false. */
  readonly mayQueue?: boolean;
}

export interface ExtendRequest extends LockRequest {
  readonly token: FencingToken;
  readonly ttl: Duration;
}

export type ReleaseRequest = LockRequest;

export type AcquireReply =
  /**
   * `expiresAt`: the end by this process's monotonic clock, margin for drift already taken off. `lost`, of a protocol that
   * can know of a loss unasked, aborts then.
   */
  | { readonly status: 'granted'; readonly token: FencingToken; readonly expiresAt: Instant; readonly lost?: AbortSignal }
  /** In the queue of a protocol that has one: ask again, at the latest after `remaining`, to keep the place. */
  | { readonly status: 'queued'; readonly remaining: Duration }
  /** `remaining`: how much longer, as far as the store knows, the holder's lease lasts. `holder` is null when the key changed hands meanwhile. */
  | { readonly status: 'refused'; readonly reason: 'held'; readonly holder: string | null; readonly remaining: Duration }
  /** This owner has given the key back already: the request was a late duplicate. */
  | { readonly status: 'refused'; readonly reason: 'released' }
  | Unavailable
  | Unknown;

export type ExtendReply =
  | { readonly status: 'extended'; readonly expiresAt: Instant }
  /** The key is free, or somebody else's. */
  | { readonly status: 'lost' }
  | Unavailable
  | Unknown;

export type ReleaseReply =
  | { readonly status: 'released' }
  /** The owner had lost the key before. */
  | { readonly status: 'lost' }
  | Unavailable
  | Unknown;

/** The store cannot serve: it cannot be reached, or answered with an error. */
export interface Unavailable {
  readonly status: 'refused';
  readonly reason: 'unavailable';
  readonly message: string;
  /** True when it may pass (no connection, still loading); false for what only a person mends (rights, wrong type). */
  readonly transient: boolean;
}
