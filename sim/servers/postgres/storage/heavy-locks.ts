import type { Backend, Transaction } from './transaction.js';
import type { Steps, Wait } from './wait.js';

/** ACCESS SHARE (1) to ACCESS EXCLUSIVE (8), as the server numbers them. */
export type LockMode = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
export const ACCESS_SHARE = 1;
export const ROW_SHARE = 2;
export const ROW_EXCLUSIVE = 3;
export const SHARE_LOCK = 5;
export const EXCLUSIVE_LOCK = 7;
export const ACCESS_EXCLUSIVE = 8;
export const MODE_NAMES = [
  ...['', 'AccessShareLock', 'RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock'],
  ...['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'],
] as const;

/** For each mode the modes that it conflicts with. */
const CONFLICTS: readonly (readonly LockMode[])[] = [
  [],
  [8],
  [7, 8],
  [5, 6, 7, 8],
  [4, 5, 6, 7, 8],
  [3, 4, 6, 7, 8],
  [3, 4, 5, 6, 7, 8],
  [2, 3, 4, 5, 6, 7, 8],
  [1, 2, 3, 4, 5, 6, 7, 8],
];

function modesConflict(a: LockMode, b: LockMode): boolean {
  return CONFLICTS[a]?.includes(b) ?? false;
}

interface Request {
  readonly backend: Backend;
  readonly mode: LockMode;
}

interface Held extends Request {
  /** How often for the session, and by how many open transactions' commands. */
  session: number;
  transaction: number;
}

/** A table or an advisory key: who holds it, in which modes, and who waits in which order. */
class HeavyLock {
  held: Held[] = [];
  queue: Request[] = [];

  find(backend: Backend, mode: LockMode): Held | undefined {
    return this.held.find((held) => held.backend === backend && held.mode === mode);
  }

  /** Where somebody gets in line: at the end, but before the first that waits for him. */
  placeOf(backend: Backend): number {
    const mine = this.held.filter((held) => held.backend === backend);
    const before = this.queue.findIndex((request) => mine.some((held) => modesConflict(held.mode, request.mode)));
    return before < 0 ? this.queue.length : before;
  }

  /** Whoever comes later does not overtake a waiter that is in conflict. */
  *inTheWay({ backend, mode }: Request, ahead: readonly Request[]): Generator<Backend> {
    for (const held of this.held) if (held.backend !== backend && modesConflict(held.mode, mode)) yield held.backend;
    for (const request of ahead) if (modesConflict(request.mode, mode)) yield request.backend;
  }

  isFree(request: Request, ahead: readonly Request[]): boolean {
    return this.inTheWay(request, ahead).next().done === true;
  }
}

/** The locks with names: tables and advisory keys. First come, first served. */
export class HeavyLocks {
  readonly #locks = new Map<string, HeavyLock>();

  /** Whether `tryAcquire` would take it. */
  isFree(backend: Backend, name: string, mode: LockMode): boolean {
    const lock = this.#locks.get(name);
    return lock === undefined || lock.find(backend, mode) !== undefined || lock.isFree({ backend, mode }, lock.queue);
  }

  /** Takes it at once or not at all. With a transaction it is given back at that one's end, else by `release` or `releaseAll`. */
  tryAcquire(backend: Backend, name: string, mode: LockMode, transaction: Transaction | undefined): boolean {
    const lock = this.#lock(name);
    // Who only tries gives way to every waiter, even to one that waits for him.
    if (lock.find(backend, mode) === undefined && !lock.isFree({ backend, mode }, lock.queue)) return false;
    this.#grant(lock, name, backend, mode, transaction);
    return true;
  }

  *acquire(backend: Backend, name: string, mode: LockMode, transaction: Transaction | undefined, what: string): Steps<void> {
    if (this.tryAcquire(backend, name, mode, transaction)) return;
    const lock = this.#lock(name);
    const request: Request = { backend, mode };
    const place = lock.placeOf(backend);
    if (lock.isFree(request, lock.queue.slice(0, place))) {
      this.#grant(lock, name, backend, mode, transaction);
      return;
    }
    lock.queue.splice(place, 0, request);
    const ahead = (): Request[] => lock.queue.slice(0, lock.queue.indexOf(request));
    const wait: Wait = {
      ready: () => lock.isFree(request, ahead()),
      blockers: () => lock.inTheWay(request, ahead()),
      forWhat: `${MODE_NAMES[mode]} on ${what}`,
    };
    try {
      yield wait;
    } finally {
      lock.queue = lock.queue.filter((other) => other !== request);
      this.#dropIfIdle(name, lock);
    }
    this.#locks.set(name, lock);
    this.#grant(lock, name, backend, mode, transaction);
  }

  /** All that is held and waited for. */
  *list(): Generator<{ readonly name: string; readonly pid: number; readonly mode: LockMode; readonly isGranted: boolean }> {
    for (const [name, { held, queue }] of this.#locks) {
      for (const { backend, mode } of held) yield { name, pid: backend.pid, mode, isGranted: true };
      for (const { backend, mode } of queue) yield { name, pid: backend.pid, mode, isGranted: false };
    }
  }

  /** Gives one session-level hold back; false when there was none. */
  release(backend: Backend, name: string, mode: LockMode): boolean {
    const lock = this.#locks.get(name);
    const held = lock?.find(backend, mode);
    if (lock === undefined || held === undefined || held.session === 0) return false;
    held.session -= 1;
    this.#drop(name, lock, held);
    return true;
  }

  /** Gives back everything that a session holds beyond its transactions. */
  releaseAll(backend: Backend): void {
    for (const [name, lock] of this.#locks) {
      for (const held of lock.held.filter((one) => one.backend === backend)) {
        held.session = 0;
        this.#drop(name, lock, held);
      }
    }
  }

  #lock(name: string): HeavyLock {
    let lock = this.#locks.get(name);
    if (lock === undefined) {
      lock = new HeavyLock();
      this.#locks.set(name, lock);
    }
    return lock;
  }

  #grant(lock: HeavyLock, name: string, backend: Backend, mode: LockMode, transaction: Transaction | undefined): void {
    let held = lock.find(backend, mode);
    if (held === undefined) {
      held = { backend, mode, session: 0, transaction: 0 };
      lock.held.push(held);
    }
    if (transaction === undefined) {
      held.session += 1;
      return;
    }
    held.transaction += 1;
    const kept = held;
    const release = (): void => {
      kept.transaction -= 1;
      this.#drop(name, lock, kept);
    };
    transaction.did({ commit: release, abort: release });
  }

  #drop(name: string, lock: HeavyLock, held: Held): void {
    if (held.session > 0 || held.transaction > 0) return;
    lock.held = lock.held.filter((other) => other !== held);
    this.#dropIfIdle(name, lock);
  }

  #dropIfIdle(name: string, lock: HeavyLock): void {
    if (lock.held.length === 0 && lock.queue.length === 0) this.#locks.delete(name);
  }
}
