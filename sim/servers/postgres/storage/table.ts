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
  readonly onDelete: 'no action' | 'restrict' | 'cascade';
}

/** Where versions go that nobody can see any more once every snapshot is younger. */
export type Garbage = (table: Table, version: RowVersion, sequence: number) => void;

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
  readonly #garbage: Garbage;

  constructor(oid: number, name: string, garbage: Garbage) {
    this.oid = oid;
    this.name = name;
    this.#garbage = garbage;
  }

  columnIndex(name: string): number {
    return this.columns.findIndex((column) => column.name === name);
  }

  /** Columns that a foreign key could point at: changing one locks the row against FOR KEY SHARE. */
  get keyColumns(): ReadonlySet<number> {
    return new Set(this.indexes.flatMap((index) => (index.unique && index.predicate === undefined ? index.columns : [])));
  }

  insert(transaction: Transaction, command: number, values: SqlRow): RowVersion {
    return this.#write(new Row(), transaction, command, values);
  }

  /** Replaces a version on which nothing stands in the way. */
  update(transaction: Transaction, command: number, version: RowVersion, values: SqlRow, strength: LockStrength): RowVersion {
    const next = this.#write(version.row, transaction, command, values);
    this.#end(transaction, command, version, next, strength);
    return next;
  }

  delete(transaction: Transaction, command: number, version: RowVersion, strength: LockStrength): void {
    this.#end(transaction, command, version, undefined, strength);
  }

  remove(version: RowVersion): void {
    this.versions.delete(version);
    for (const index of this.indexes) index.remove(version);
  }

  #write(row: Row, transaction: Transaction, command: number, values: SqlRow): RowVersion {
    const version: RowVersion = {
      row,
      values,
      insertedBy: transaction,
      insertedAt: command,
      endedBy: undefined,
      endedAt: 0,
      endStrength: KEY_SHARE,
      next: undefined,
    };
    this.versions.add(version);
    for (const index of this.indexes) index.add(version);
    transaction.did({ commit: () => undefined, abort: () => this.remove(version) });
    return version;
  }

  #end(transaction: Transaction, command: number, version: RowVersion, next: RowVersion | undefined, strength: LockStrength): void {
    version.endedBy = transaction;
    version.endedAt = command;
    version.endStrength = strength;
    version.next = next;
    transaction.did({
      commit: (sequence) => this.#garbage(this, version, sequence),
      abort: () => {
        version.endedBy = undefined;
        version.next = undefined;
      },
    });
  }
}
