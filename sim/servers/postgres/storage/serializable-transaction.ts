import type { SqlRow } from '../types/sql-value.js';

type Key = string | number | bigint;

/** What of a table a write is checked against. */
export interface WrittenTable {
  readonly oid: number;
  readonly indexes: readonly { keyOf(values: SqlRow): Key | undefined; covers(values: SqlRow): boolean }[];
}

/**
 * A transaction at SERIALIZABLE: what it has read (the SIREAD locks) and its rw-conflicts. A conflict goes from a reader to
 * the writer of something that the reader's snapshot did not show: in every serial order the reader comes first.
 */
export class SerializableTransaction {
  /** By its first statement, or because it has committed without writing. */
  isReadOnly: boolean;
  readonly isDeclaredReadOnly: boolean;
  /** Places in one order of snapshots, preparations and commits. */
  readonly snapshotAt: number;
  preparedAt = Infinity;
  committedAt = Infinity;
  /** Of those that it points at, when the first one that committed before it did so. */
  earliestOutAt = Infinity;
  /** It will be refused: at its next read or write, or when it commits. */
  isDoomed = false;
  hasWritten = false;
  /** Of a read-only one: nothing that its snapshot shows can become wrong any more, or something may have. */
  safety: 'open' | 'safe' | 'unsafe' = 'open';
  /** Of a read-only one: writers that were under way at its snapshot and may make it unsafe. */
  readonly unsafeThrough = new Set<SerializableTransaction>();
  /** Who did not see what it wrote; and who wrote what it did not see. */
  readonly conflictsIn = new Set<SerializableTransaction>();
  readonly conflictsOut = new Set<SerializableTransaction>();
  readonly #tables = new Set<number>();
  readonly #keys = new Map<object, Set<Key>>();

  constructor(isReadOnly: boolean, snapshotAt: number) {
    this.isReadOnly = isReadOnly;
    this.isDeclaredReadOnly = isReadOnly;
    this.snapshotAt = snapshotAt;
  }

  get isCommitted(): boolean {
    return this.committedAt !== Infinity;
  }

  get isPrepared(): boolean {
    return this.preparedAt !== Infinity;
  }

  readTable(oid: number): void {
    this.#tables.add(oid);
  }

  readKey(index: object, key: Key): void {
    const keys = this.#keys.get(index);
    if (keys === undefined) this.#keys.set(index, new Set([key]));
    else keys.add(key);
  }

  /**
   * Whether a write falls into what it has read. An index counts as one page, which any entry that is added to it changes:
   * so it is in a real server as long as the index is small.
   */
  hasRead({ oid, indexes }: WrittenTable, before: SqlRow | undefined, after: SqlRow | undefined): boolean {
    if (this.#tables.has(oid)) return true;
    return indexes.some((index) => {
      const keys = this.#keys.get(index);
      if (keys === undefined) return false;
      const old = before !== undefined && index.covers(before) ? index.keyOf(before) : undefined;
      if (old !== undefined && keys.has(old)) return true;
      const added = after !== undefined && index.covers(after) ? index.keyOf(after) : undefined;
      return added !== undefined && added !== old;
    });
  }

  pointAt(writer: SerializableTransaction): void {
    this.conflictsOut.add(writer);
    writer.conflictsIn.add(this);
  }

  forget(): void {
    for (const writer of this.conflictsOut) writer.conflictsIn.delete(this);
    for (const reader of this.conflictsIn) reader.conflictsOut.delete(this);
    this.conflictsOut.clear();
    this.conflictsIn.clear();
  }
}
