import { SqlError } from '../sql-error.js';
import type { RowVersion } from '../storage/row-version.js';
import { type Garbage, Table } from '../storage/table.js';
import type { Transaction } from '../storage/transaction.js';
import { Sequence } from './sequence.js';

const FIRST_OID = 16_384;

interface Entry {
  readonly object: Table | Sequence;
  /** Only this transaction knows of it until it commits. */
  createdBy: Transaction | undefined;
}

/** Tables and sequences by name. `version` grows with every change: what was compiled before is compiled anew. */
export class Catalog {
  version = 0;
  /** Changes of definitions that no commit has made final: while there are any, what one session compiles is not for another. */
  pending = 0;
  readonly #entries = new Map<string, Entry>();
  #nextOid = FIRST_OID;
  readonly #garbage: Garbage;

  constructor(garbage: (table: Table, version: RowVersion, sequence: number) => void) {
    this.#garbage = garbage;
  }

  nextOid(): number {
    this.#nextOid += 1;
    return this.#nextOid - 1;
  }

  find(name: string, transaction: Transaction | undefined): Table | Sequence | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    return entry.createdBy === undefined || entry.createdBy.top === transaction?.top ? entry.object : undefined;
  }

  table(name: string, transaction: Transaction | undefined): Table {
    const found = this.find(name, transaction);
    if (found instanceof Table) return found;
    if (found === undefined) throw new SqlError('42P01', `relation "${name}" does not exist`);
    throw new SqlError('42809', `"${name}" is not a table`);
  }

  sequence(name: string, transaction: Transaction | undefined): Sequence {
    const found = this.find(name, transaction);
    if (found instanceof Sequence) return found;
    if (found === undefined) throw new SqlError('42P01', `relation "${name}" does not exist`);
    throw new SqlError('42809', `"${name}" is not a sequence`);
  }

  /** Whether an index of any table has this name. */
  hasIndex(name: string): boolean {
    return [...this.#entries.values()].some(({ object }) => object instanceof Table && object.indexes.some((index) => index.name === name));
  }

  /** The transaction whose uncommitted CREATE has this name already, if another one's. */
  pendingCreator(name: string, transaction: Transaction): Transaction | undefined {
    const creator = this.#entries.get(name)?.createdBy;
    return creator?.top === transaction.top ? undefined : creator;
  }

  newTable(name: string): Table {
    return new Table(this.nextOid(), name, this.#garbage);
  }

  newSequence(name: string, options: { readonly start?: bigint; readonly increment?: bigint; readonly maximum?: bigint } = {}): Sequence {
    return new Sequence(this.nextOid(), name, options);
  }

  add(object: Table | Sequence, transaction: Transaction): void {
    const entry: Entry = { object, createdBy: transaction };
    this.#entries.set(object.name, entry);
    this.#did(
      transaction,
      () => {
        if (this.#entries.get(object.name) === entry) this.#entries.delete(object.name);
      },
      () => (entry.createdBy = undefined),
    );
  }

  /** The caller holds it exclusively, so nobody else can look before the transaction ends. */
  remove(object: Table | Sequence, transaction: Transaction): void {
    const entry = this.#entries.get(object.name);
    this.#entries.delete(object.name);
    this.#did(transaction, () => {
      if (entry !== undefined) this.#entries.set(object.name, entry);
    });
  }

  /** A change of a definition that the end of the transaction may take back. */
  changed(transaction: Transaction, undo: () => void): void {
    this.#did(transaction, undo);
  }

  #did(transaction: Transaction, undo: () => void, redo?: () => void): void {
    this.version += 1;
    this.pending += 1;
    const settle = (action: (() => void) | undefined): void => {
      action?.();
      this.version += 1;
      this.pending -= 1;
    };
    transaction.did({ commit: () => settle(redo), abort: () => settle(undo) });
  }
}
