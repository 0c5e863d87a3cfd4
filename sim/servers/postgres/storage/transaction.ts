import type { Change } from './change.js';
import type { SerializableTransaction } from './serializable-transaction.js';

/** Who holds locks and waits: one connection of the server. */
export interface Backend {
  /** What `pg_backend_pid()` answers. */
  readonly pid: number;
}

/** Something done inside a transaction that its end must settle: forgotten, made final or taken back. */
export interface Effect {
  commit(sequence: number): void;
  abort(): void;
}

/** A transaction, or the part of one that a savepoint began. Only the outermost one commits; each may be aborted by itself. */
export class Transaction {
  readonly owner: Backend;
  readonly id: number;
  readonly parent: Transaction | undefined;
  readonly top: Transaction;
  readonly savepoint: string | undefined;
  state: 'active' | 'committed' | 'aborted' = 'active';
  /** Its place in the order of commits; a snapshot sees what has one no later than its own. */
  sequence = Infinity;
  /** Of an outermost one at SERIALIZABLE, from its first snapshot on. */
  serializable: SerializableTransaction | undefined;
  #effects: Effect[] = [];
  /** What a write-ahead log has to say about it, in the order of doing. */
  readonly changes: Change[] = [];
  /** For each change of a definition the oid of what it made, or 0. */
  readonly definitions: number[] = [];

  constructor(owner: Backend, id: number, parent?: Transaction, savepoint?: string) {
    this.owner = owner;
    this.id = id;
    this.parent = parent;
    this.top = parent?.top ?? this;
    this.savepoint = savepoint;
  }

  /** It has written or locked something: a real server numbers only those. */
  hasNumber = false;

  /** Still able to commit and to abort. */
  get isRunning(): boolean {
    // A released savepoint's part dies with any part around it.
    return this.state === 'active' && (this.parent?.isRunning ?? true);
  }

  did(effect: Effect): void {
    this.#effects.push(effect);
  }

  commit(sequence: number): void {
    this.state = 'committed';
    this.sequence = sequence;
    const effects = this.#effects;
    this.#effects = [];
    for (const effect of effects) effect.commit(sequence);
  }

  abort(): void {
    this.state = 'aborted';
    this.changes.length = 0;
    const effects = this.#effects;
    this.#effects = [];
    for (let index = effects.length - 1; index >= 0; index -= 1) effects[index]?.abort();
  }

  /** RELEASE SAVEPOINT: what was done here lives and dies with the parent from now on. */
  mergeIntoParent(): void {
    if (this.parent !== undefined) {
      for (const effect of this.#effects) this.parent.#effects.push(effect);
      for (const change of this.changes) this.parent.changes.push(change);
    }
    this.#effects = [];
    this.changes.length = 0;
  }
}

/** What a statement may see: all that was committed by then, and its own transaction's earlier commands. */
export interface Snapshot {
  readonly sequence: number;
  readonly transaction: Transaction;
  /** Rows written by commands of the own transaction are seen when their command is older than this one. */
  readonly command: number;
}
