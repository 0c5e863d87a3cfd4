import type { Node } from 'libpg-query';
import type { SqlType } from '../types/sql-type.js';
import type { SqlRow } from '../types/sql-value.js';
import { KEY_SHARE, type LockStrength, Row } from './row.js';
import type { RowVersion } from './row-version.js';
import type { TableIndex } from './table-index.js';
import type { Transaction } from './transaction.js';

export interface Column {
  readonly name: string;
  readonly type: SqlType;
  /** Longest text of varchar(n); absent when it has no limit. */
  readonly maximumLength?: number;
  /** Digits and scale of numeric(p, s). */
  readonly precision?: readonly [digits: number, scale: number];
  notNull: boolean;
  defaultValue: Node | undefined;
  readonly identity?: 'always' | 'by default';
  /** GENERATED ALWAYS AS (...) STORED. */
  readonly generated?: Node;
}

export interface CheckConstraint {
  readonly name: string;
  readonly condition: Node;
}

export interface ForeignKey {
  readonly name: string;
  readonly table: Table;
  readonly columns: readonly number[];
  readonly referenced: Table;
  readonly referencedColumns: readonly number[];
  readonly onDelete: 'no action' | 'restrict' | 'cascade' | 'set null';
}

/** What the server hears from its tables. */
export interface TableEvents {
  /** A version that nobody can see any more once every snapshot is younger. */
  garbage(table: Table, version: RowVersion, sequence: number): void;
  /** A row is about to be written. Throws when SERIALIZABLE forbids it. */
  writing(table: Table, transaction: Transaction, before: SqlRow | undefined, after: SqlRow | undefined): void;
}

/** Of a version that nobody has ended, so that most of them need no list of their own. */
const NOBODY: Transaction[] = [];

/** A table: its definition and all row versions in the order of writing, which is the order in which scans see them. */
export class Table {
  readonly oid: number;
  readonly name: string;
  readonly columns: Column[] = [];
  readonly indexes: TableIndex[] = [];
  readonly checks: CheckConstraint[] = [];
  /** Foreign keys from here, and from elsewhere to here. */
  readonly foreignKeys: ForeignKey[] = [];
  readonly referencedBy: ForeignKey[] = [];
  readonly versions = new Set<RowVersion>();
  readonly #events: TableEvents;
  #nextRow = 1;
  #nextVersion = 1;

  constructor(oid: number, name: string, events: TableEvents) {
    this.oid = oid;
    this.name = name;
    this.#events = events;
  }

  columnIndex(name: string): number {
    return this.columns.findIndex((column) => column.name === name);
  }

  /** Changes or removes (undefined) foreign keys from here and to here, on both sides. */
  replaceForeignKeys(change: (key: ForeignKey) => ForeignKey | undefined): void {
    for (const key of new Set([...this.foreignKeys, ...this.referencedBy])) {
      const changed = change(key);
      for (const list of [key.table.foreignKeys, key.referenced.referencedBy]) {
        const at = list.indexOf(key);
        if (at >= 0) list.splice(at, 1, ...(changed === undefined ? [] : [changed]));
      }
    }
  }

  /** Columns that a foreign key could point at: changing one locks the row against FOR KEY SHARE. */
  get keyColumns(): ReadonlySet<number> {
    return new Set(this.indexes.flatMap((index) => (index.unique && index.predicate === undefined ? index.columns : [])));
  }

  /** `row` is the number that recovery gives back to a row. */
  insert(transaction: Transaction, command: number, values: SqlRow, row = this.#nextRow): RowVersion {
    this.#nextRow = Math.max(this.#nextRow, row + 1);
    this.#events.writing(this, transaction, undefined, values);
    transaction.changes.push({ kind: 'insert', table: this.oid, row, values });
    return this.#write(new Row(row), transaction, command, values);
  }

  /** Replaces a version on which nothing stands in the way. */
  update(transaction: Transaction, command: number, version: RowVersion, values: SqlRow, strength: LockStrength): RowVersion {
    this.#events.writing(this, transaction, version.values, values);
    transaction.changes.push({ kind: 'update', table: this.oid, row: version.row.id, values });
    const next = this.#write(version.row, transaction, command, values);
    this.#end(transaction, command, version, next, strength);
    return next;
  }

  delete(transaction: Transaction, command: number, version: RowVersion, strength: LockStrength): void {
    this.#events.writing(this, transaction, version.values, undefined);
    transaction.changes.push({ kind: 'delete', table: this.oid, row: version.row.id });
    this.#end(transaction, command, version, undefined, strength);
  }

  remove(version: RowVersion): void {
    this.versions.delete(version);
    for (const index of this.indexes) index.remove(version);
  }

  #write(row: Row, transaction: Transaction, command: number, values: SqlRow): RowVersion {
    transaction.top.hasNumber = true;
    const version: RowVersion = {
      id: this.#nextVersion++,
      row,
      values,
      insertedBy: transaction,
      insertedAt: command,
      endedBy: undefined,
      endedAt: 0,
      endStrength: KEY_SHARE,
      sharers: NOBODY,
      next: undefined,
    };
    this.versions.add(version);
    for (const index of this.indexes) index.add(version);
    transaction.did({ commit: () => undefined, abort: () => this.remove(version) });
    return version;
  }

  #end(transaction: Transaction, command: number, version: RowVersion, next: RowVersion | undefined, strength: LockStrength): void {
    transaction.top.hasNumber = true;
    version.endedBy = transaction;
    version.endedAt = command;
    // Of an update and an earlier lock of the same transaction only the stronger one is remembered, even after the commit.
    const locked = version.row.strongest(transaction);
    version.endStrength = locked > strength ? locked : strength;
    version.sharers = version.row.others(transaction);
    version.next = next;
    transaction.did({
      commit: (sequence) => this.#events.garbage(this, version, sequence),
      abort: () => {
        version.endedBy = undefined;
        version.sharers = NOBODY;
        version.row.left(version.endStrength);
        version.next = undefined;
      },
    });
  }
}
