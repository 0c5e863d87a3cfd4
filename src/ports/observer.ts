import type { Duration } from '../base/time.js';
import type { FencingToken } from '../base/fencing-token.js';

/** What a lock client tells to whoever watches it. Metrics and tracing attach here; the default observer does nothing. */
export interface Observer {
  observe(event: LockEvent): void;
}

export type LockEvent =
  | (Acquired<'granted'> & { readonly token: FencingToken })
  | (Acquired<'refused'> & { readonly reason: string })
  | { readonly kind: 'unknown'; readonly key: string; readonly owner: string; readonly during: 'acquire' | 'extend' | 'release' }
  | { readonly kind: 'extended'; readonly key: string; readonly owner: string }
  | { readonly kind: 'lost'; readonly key: string; readonly owner: string; readonly reason: 'expired' | 'taken' }
  | { readonly kind: 'released'; readonly key: string; readonly owner: string; readonly held: Duration };

/** How an acquisition ended, after how long, and how many requests it took. */
interface Acquired<Kind extends string> {
  readonly kind: Kind;
  readonly key: string;
  readonly owner: string;
  readonly waited: Duration;
  readonly attempts: number;
}

export const noObserver: Observer = { observe() {} };
