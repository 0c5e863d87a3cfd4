import { SqlError } from '../sql-error.js';
import { Table, type TableEvents } from '../storage/table.js';
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
  #givenOids: number[] = [];
  readonly #events: TableEvents;

  constructor(events: TableEvents) {
    this.#events = events;
  }

  nextOid(): number {
    const oid = this.#givenOids.shift() ?? this.#nextOid;
    this.#nextOid = Math.max(this.#nextOid, oid + 1);
    return oid;
  }

  /** Gives these oids to what `define` makes: those that it had before a crash. */
  numbering(oids: readonly number[], define: () => void): void {
    this.#givenOids = [...oids];
    define();
    this.#givenOids = [];
  }

  /** All that a transaction knows. */
  objects(transaction: Transaction | undefined): (Table | Sequence)[] {
    return [...this.#entries.keys()].flatMap((name) => this.find(name, transaction) ?? []);
  }

  withOid(oid: number): Table | Sequence | undefined {
    for (const { object } of this.#entries.values()) if (object.oid === oid) return object;
    return undefined;
  }

  /** Whether it is there for others than the transaction that makes it. */
  isCommitted(object: Table | Sequence): boolean {
    const entry = this.#entries.get(object.name);
    return entry?.object === object && entry.createdBy === undefined;
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
    return new Table(this.nextOid(), name, this.#events);
  }

  newSequence(name: string, options: { readonly start?: bigint; readonly increment?: bigint; readonly maximum?: bigint } = {}): Sequence {
    return new Sequence(this.nextOid(), name, options);
  }

  add(object: Table | Sequence, transaction: Transaction): void {
    const entry: Entry = { object, createdBy: transaction };
    this.#entries.set(object.name, entry);
    this.#did(
      transaction,
      object.oid,
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
    this.#did(transaction, 0, () => {
      if (entry !== undefined) this.#entries.set(object.name, entry);
    });
  }

  /** A change of a definition that the end of the transaction may take back. */
  changed(transaction: Transaction, undo: () => void): void {
    this.#did(transaction, 0, undo);
  }

  #did(transaction: Transaction, made: number, undo: () => void, redo?: () => void): void {
    transaction.definitions.push(made);
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
