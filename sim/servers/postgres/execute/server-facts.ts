import type { LockMode } from '../storage/heavy-locks.js';

/** A backend as `pg_stat_activity` shows it. Times are microseconds of the server's clock. */
export interface BackendFacts {
  readonly pid: number;
  readonly applicationName: string;
  readonly startedAt: number;
  readonly transactionStart: number | null;
  readonly queryStart: number | null;
  readonly changedAt: number;
  readonly waitEventType: string | null;
  readonly waitEvent: string | null;
  readonly state: 'active' | 'idle' | 'idle in transaction' | 'idle in transaction (aborted)';
  readonly transactionId: number | null;
  readonly query: string;
}

/** A lock as `pg_locks` shows it: `name` is that of `HeavyLocks`, or `transaction` and its number, or `virtual` and the backend's. */
export interface LockFacts {
  readonly name: string;
  readonly pid: number;
  readonly mode: LockMode;
  readonly isGranted: boolean;
}

/** What a statement may ask about the server, and do to other sessions. */
export interface ServerFacts {
  backends(): readonly BackendFacts[];
  locks(): readonly LockFacts[];
  /** Whom a backend waits for. */
  blockers(pid: number): readonly number[];
  /** False when there is no such backend. It comes into force when the statement that asks for it is over. */
  signal(pid: number, what: 'cancel' | 'terminate'): boolean;
}
