import type { Backend, Transaction } from './transaction.js';

/** Why a statement stands still. The engine goes on with it once `ready` says so. */
export interface Wait {
  ready(): boolean;
  /** Whom it waits for: edges of the graph in which a circle is a deadlock. */
  blockers(): Iterable<Backend>;
  /** For the detail of a deadlock, such as `ShareLock on transaction 7`. */
  readonly forWhat: string;
  /** A sleep, in microseconds, instead of a lock: no lock_timeout and no deadlock applies. */
  readonly sleepUs?: number;
  /** Not a lock that somebody holds: no lock_timeout and no deadlock applies either. */
  readonly isLock?: false;
}

/** Statements run as generators that yield what they wait for. */
export type Steps<Result> = Generator<Wait, Result, void>;

export function transactionEnd(transaction: Transaction): Wait {
  return {
    ready: () => !transaction.isRunning,
    blockers: () => [transaction.owner],
    forWhat: `ShareLock on transaction ${transaction.top.id}`,
  };
}
