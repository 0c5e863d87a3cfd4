import type { Transaction } from './transaction.js';

/** FOR KEY SHARE, FOR SHARE, FOR NO KEY UPDATE, FOR UPDATE. */
export type LockStrength = 0 | 1 | 2 | 3;
export const KEY_SHARE = 0;
export const SHARE = 1;
export const NO_KEY_UPDATE = 2;
export const UPDATE = 3;

/** The table of row-level locks in the manual: the stronger, the more it conflicts with. */
export function strengthsConflict(a: LockStrength, b: LockStrength): boolean {
  return a + b > 2;
}

interface RowLock {
  readonly transaction: Transaction;
  readonly strength: LockStrength;
}

/** A row through all of its versions: who has locked it and who waits for it. */
export class Row {
  /** Its number in its table. */
  readonly id: number;
  #locks: RowLock[] | undefined;
  /**
   * Who comes for FOR SHARE or FOR KEY SHARE looks at a summary of the locks, which still tells of some that are gone: he gets in
   * line for nothing, and may wait there for others.
   */
  looksTaken(transaction: Transaction, strength: LockStrength): boolean {
    if (this.#locks === undefined || strength > SHARE || !strengthsConflict(this.#gone, strength)) return false;
    return !this.isLockedBy(transaction);
  }

  /** Somebody who had it so strongly has gone. */
  left(strength: LockStrength): void {
    if (this.#locks === undefined) this.#gone = KEY_SHARE;
    else if (strength > this.#gone) this.#gone = strength;
  }

  /** The strongest lock of those that went while others stayed, since somebody last came. */
  #gone: LockStrength = KEY_SHARE;

  constructor(id: number) {
    this.id = id;
  }

  /** Other transactions whose locks stand in the way. */
  *conflicting(transaction: Transaction, strength: LockStrength): Generator<Transaction> {
    for (const lock of this.#locks ?? []) {
      if (lock.transaction.top !== transaction.top && strengthsConflict(lock.strength, strength)) yield lock.transaction;
    }
  }

  hasConflict(transaction: Transaction, strength: LockStrength): boolean {
    return this.#locks?.some((lock) => lock.transaction.top !== transaction.top && strengthsConflict(lock.strength, strength)) ?? false;
  }

  /** All others that have locked it. */
  others(transaction: Transaction): Transaction[] {
    return (this.#locks ?? []).filter((lock) => lock.transaction.top !== transaction.top).map((lock) => lock.transaction);
  }

  isLockedBy(transaction: Transaction): boolean {
    return this.#locks?.some((lock) => lock.transaction.top === transaction.top) ?? false;
  }

  /** The strongest lock that a transaction has; KEY SHARE when it has none. */
  strongest(transaction: Transaction): LockStrength {
    let strongest: LockStrength = KEY_SHARE;
    for (const lock of this.#locks ?? []) if (lock.transaction.top === transaction.top && lock.strength > strongest) strongest = lock.strength;
    return strongest;
  }

  /** Locks it until the transaction (or its savepoint) ends. The caller has made sure that nothing stands in the way. */
  lock(transaction: Transaction, strength: LockStrength): void {
    this.#locks ??= [];
    if (this.#locks.some((held) => held.transaction.top === transaction.top && held.strength >= strength)) return;
    const lock: RowLock = { transaction, strength };
    this.#locks.push(lock);
    this.#gone = KEY_SHARE;
    transaction.top.hasNumber = true;
    const release = (): void => {
      this.#locks = this.#locks?.filter((held) => held !== lock);
      if (this.#locks?.length === 0) this.#locks = undefined;
      this.left(strength);
    };
    transaction.did({ commit: release, abort: release });
  }
}
