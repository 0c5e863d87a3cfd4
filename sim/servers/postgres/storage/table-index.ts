import type { Node } from 'libpg-query';
import type { SqlType } from '../types/sql-type.js';
import type { SqlRow } from '../types/sql-value.js';
import type { RowVersion } from './row-version.js';

export type IndexKey = string | number | bigint;

/** An index of equality over all versions of a table's rows, dead ones included until they are removed. */
export class TableIndex {
  readonly name: string;
  readonly columns: readonly number[];
  readonly types: readonly SqlType[];
  readonly unique: boolean;
  /** Made by a constraint, which gives it its name and forbids DROP INDEX. */
  readonly constraint: 'primary' | 'unique' | undefined;
  /** A partial index holds only the rows that this accepts. */
  readonly predicate: ((values: SqlRow) => boolean) | undefined;
  /** The predicate as the syntax tree has it; and as a text, for ON CONFLICT ... WHERE. */
  readonly condition: Node | undefined;
  readonly predicateText: string | undefined;
  readonly #buckets = new Map<IndexKey, RowVersion[]>();

  constructor(facts: Pick<TableIndex, 'name' | 'columns' | 'types' | 'unique' | 'constraint' | 'predicate' | 'condition' | 'predicateText'>) {
    this.name = facts.name;
    this.columns = facts.columns;
    this.types = facts.types;
    this.unique = facts.unique;
    this.constraint = facts.constraint;
    this.predicate = facts.predicate;
    this.condition = facts.condition;
    this.predicateText = facts.predicateText;
  }

  /** The key of a row; undefined when a null in it makes it equal to nothing. */
  keyOf(values: SqlRow): IndexKey | undefined {
    const [only] = this.columns;
    const [type] = this.types;
    if (this.columns.length === 1 && only !== undefined && type !== undefined) {
      const value = values[only] ?? null;
      return value === null ? undefined : type.key(value);
    }
    return this.keyOfParts(this.columns.map((column) => values[column] ?? null));
  }

  /** As `keyOf`, from the values of the indexed columns alone. */
  keyOfParts(parts: SqlRow): IndexKey | undefined {
    const keys: string[] = [];
    for (const [at, type] of this.types.entries()) {
      const value = parts[at] ?? null;
      if (value === null) return undefined;
      const key = String(type.key(value));
      if (this.types.length === 1) return type.key(value);
      keys.push(`${key.length}:${key}`);
    }
    return keys.join('');
  }

  covers(values: SqlRow): boolean {
    return this.predicate === undefined || this.predicate(values);
  }

  versions(key: IndexKey): readonly RowVersion[] {
    return this.#buckets.get(key) ?? [];
  }

  /** For an index that begins with rows. */
  fill(versions: Iterable<RowVersion>): void {
    this.#buckets.clear();
    for (const version of versions) this.add(version);
  }

  add(version: RowVersion): void {
    const key = this.covers(version.values) ? this.keyOf(version.values) : undefined;
    if (key === undefined) return;
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) this.#buckets.set(key, [version]);
    else bucket.push(version);
  }

  remove(version: RowVersion): void {
    const key = this.covers(version.values) ? this.keyOf(version.values) : undefined;
    const bucket = key === undefined ? undefined : this.#buckets.get(key);
    const at = bucket?.indexOf(version) ?? -1;
    if (key === undefined || bucket === undefined || at < 0) return;
    bucket.splice(at, 1);
    if (bucket.length === 0) this.#buckets.delete(key);
  }
}
