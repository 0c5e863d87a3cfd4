import type { Backend, Transaction } from './transaction.js';

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
  #locks: RowLock[] | undefined;
  /** In the order of coming. */
  readonly queue: { readonly backend: Backend; readonly strength: LockStrength }[] = [];

  /** Other transactions whose locks stand in the way. */
  *conflicting(transaction: Transaction, strength: LockStrength): Generator<Transaction> {
    for (const lock of this.#locks ?? []) {
      if (lock.transaction.top !== transaction.top && strengthsConflict(lock.strength, strength)) yield lock.transaction;
    }
  }

  hasConflict(transaction: Transaction, strength: LockStrength): boolean {
    return this.#locks?.some((lock) => lock.transaction.top !== transaction.top && strengthsConflict(lock.strength, strength)) ?? false;
  }

  /** Locks it until the transaction (or its savepoint) ends. The caller has made sure that nothing stands in the way. */
  lock(transaction: Transaction, strength: LockStrength): void {
    this.#locks ??= [];
    if (this.#locks.some((held) => held.transaction.top === transaction.top && held.strength >= strength)) return;
    const lock: RowLock = { transaction, strength };
    this.#locks.push(lock);
    const release = (): void => {
      this.#locks = this.#locks?.filter((held) => held !== lock);
      if (this.#locks?.length === 0) this.#locks = undefined;
    };
    transaction.did({ commit: release, abort: release });
  }
}
