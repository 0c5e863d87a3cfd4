import { SqlError } from '../sql-error.js';
import type { SqlRow } from '../types/sql-value.js';
import { SerializableTransaction, type WrittenTable } from './serializable-transaction.js';

export function serializationFailure(reason: string): SqlError {
  return new SqlError('40001', 'could not serialize access due to read/write dependencies among transactions', {
    detail: `Reason code: ${reason}.`,
    hint: 'The transaction might succeed if retried.',
  });
}

/**
 * Serializable snapshot isolation, as PostgreSQL does it (Ports and Grittner, VLDB 2012). Where snapshots alone keep
 * transactions from being serializable, there are two rw-conflicts in a row, T1 -> T2 -> T3, and T3 commits first. Whoever
 * would complete such a structure is refused, or dooms its middle, without looking whether the circle really closes.
 */
export class Serialization {
  #clock = 0;
  readonly #active = new Set<SerializableTransaction>();
  /** Committed ones that overlap with one that is active. */
  readonly #committed = new Set<SerializableTransaction>();

  /** At its first snapshot. Undefined when it needs no watching: it only reads, and nobody who writes is under way. */
  begin(isReadOnly: boolean): SerializableTransaction | undefined {
    const writers = [...this.#active].filter((other) => !other.isDeclaredReadOnly);
    if (isReadOnly && writers.length === 0) return undefined;
    const own = new SerializableTransaction(isReadOnly, this.#clock);
    if (isReadOnly) for (const writer of writers) own.unsafeThrough.add(writer);
    this.#active.add(own);
    return own;
  }

  /** A doomed transaction ends when it looks at a row. */
  checkReader(own: SerializableTransaction): void {
    if (own.isDoomed) throw serializationFailure('Canceled on identification as a pivot, during conflict out checking');
  }

  /** It has come upon something that `writer` wrote and its own snapshot does not show. */
  missed(own: SerializableTransaction, writer: SerializableTransaction): void {
    if (!this.#active.has(own) || own.conflictsOut.has(writer) || (!this.#active.has(writer) && !this.#committed.has(writer))) return;
    // A read-only transaction simply comes before a writer that points at nobody who committed before its snapshot.
    if (own.isReadOnly && writer.isCommitted && own.snapshotAt < writer.earliestOutAt) return;
    this.#conflict(own, writer, own);
  }

  /** It is about to write: `before` is the row that it replaces or removes, `after` the new one. */
  writes(own: SerializableTransaction, table: WrittenTable, before: SqlRow | undefined, after: SqlRow | undefined): void {
    if (own.isDoomed) throw serializationFailure('Canceled on identification as a pivot, during conflict in checking');
    own.hasWritten = true;
    for (const readers of [this.#active, this.#committed]) {
      for (const reader of readers) {
        if (reader === own || reader.conflictsOut.has(own) || reader.committedAt <= own.snapshotAt) continue;
        if (reader.hasRead(table, before, after)) this.#conflict(reader, own, own);
      }
    }
  }

  /** The last moment at which it can be refused. */
  prepare(own: SerializableTransaction): void {
    if (own.isDoomed) throw serializationFailure('Canceled on identification as a pivot, during commit attempt');
    for (const near of own.conflictsIn) {
      if (near.isCommitted || near.isDoomed) continue;
      const isPivot = [...near.conflictsIn].some((far) => far === own || (!far.isCommitted && !far.isReadOnly && !far.isDoomed));
      if (isPivot) near.isDoomed = true;
    }
    this.#clock += 1;
    own.preparedAt = this.#clock;
  }

  commit(own: SerializableTransaction): void {
    if (!this.#active.delete(own)) return;
    this.#clock += 1;
    own.committedAt = this.#clock;
    if (!own.hasWritten) own.isReadOnly = true;
    for (const writer of own.conflictsOut) {
      if (!writer.isCommitted) continue;
      if (!own.isReadOnly) own.earliestOutAt = Math.min(own.earliestOutAt, writer.preparedAt);
      own.conflictsOut.delete(writer);
      writer.conflictsIn.delete(own);
    }
    for (const reader of own.conflictsIn) {
      if (!reader.isCommitted && !reader.isReadOnly) continue;
      own.conflictsIn.delete(reader);
      reader.conflictsOut.delete(own);
    }
    this.#committed.add(own);
    this.#settle(own);
  }

  rollback(own: SerializableTransaction): void {
    if (!this.#active.delete(own)) return;
    own.isDoomed = true;
    own.forget();
    this.#settle(own);
  }

  #conflict(reader: SerializableTransaction, writer: SerializableTransaction, own: SerializableTransaction): void {
    if (this.#isDangerous(reader, writer)) {
      if (own === writer) throw serializationFailure('Canceled on identification as a pivot, during write');
      if (writer.isPrepared) throw serializationFailure('Canceled on conflict out to a pivot, during read');
      writer.isDoomed = true;
    }
    reader.pointAt(writer);
  }

  /** Would reader -> writer complete two conflicts in a row whose last transaction is the first to commit? */
  #isDangerous(reader: SerializableTransaction, writer: SerializableTransaction): boolean {
    if (writer.isCommitted && writer.earliestOutAt !== Infinity) return true;
    for (const last of writer.conflictsOut) {
      const isFirst = last.isPrepared && last.preparedAt <= reader.committedAt && last.preparedAt <= writer.committedAt;
      if (isFirst && (!reader.isReadOnly || last.preparedAt <= reader.snapshotAt)) return true;
    }
    if (!writer.isPrepared || reader.isReadOnly) return false;
    return [...reader.conflictsIn].some(
      (first) => !first.isDoomed && first.committedAt >= writer.preparedAt && (!first.isReadOnly || first.snapshotAt >= writer.preparedAt),
    );
  }

  /** One is over: what that means for snapshots of readers, and for those whose time is past. */
  #settle(ended: SerializableTransaction): void {
    for (const reader of this.#active) {
      if (!reader.unsafeThrough.delete(ended) || reader.safety !== 'open') continue;
      if (ended.isCommitted && ended.hasWritten && ended.earliestOutAt <= reader.snapshotAt) reader.safety = 'unsafe';
      else if (reader.unsafeThrough.size === 0) reader.safety = 'safe';
      if (reader.safety !== 'safe') continue;
      this.#active.delete(reader);
      reader.forget();
    }
    let oldest = Infinity;
    for (const { snapshotAt } of this.#active) oldest = Math.min(oldest, snapshotAt);
    for (const other of this.#committed) {
      if (other.committedAt > oldest) continue;
      this.#committed.delete(other);
      other.forget();
    }
  }
}
