import type { Node } from 'libpg-query';
import { parseSync } from 'libpg-query';
import type { Catalog } from './catalog/catalog.js';
import { type CompiledStatement, compileStatement } from './compile/statement.js';
import { parseSql } from './parse-sql.js';
import { SqlError } from './sql-error.js';
import type { Transaction } from './storage/transaction.js';
import type { SqlType } from './types/sql-type.js';

const LARGEST_CACHE = 2000;

interface Entry {
  readonly node: Node | undefined;
  compiled: CompiledStatement | undefined;
  catalogVersion: number;
}

/** Statements by their text: compiled once, until a definition changes. */
export class StatementCache {
  readonly #catalog: Catalog;
  readonly #entries = new Map<string, Entry>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** The statement of a text; undefined when there is none in it. */
  parse(text: string): Node | undefined {
    return this.#entry(text).node;
  }

  compile(text: string, transaction: Transaction, declared: readonly (SqlType | undefined)[] = []): CompiledStatement | undefined {
    const entry = this.#entry(text);
    if (entry.node === undefined) return undefined;
    const isShared = this.#catalog.pending === 0 && declared.length === 0;
    if (isShared && entry.compiled !== undefined && entry.catalogVersion === this.#catalog.version) return entry.compiled;
    const compiled = compileStatement(entry.node, this.#catalog, transaction, [...declared]);
    if (isShared) {
      entry.compiled = compiled;
      entry.catalogVersion = this.#catalog.version;
    }
    return compiled;
  }

  /** The texts of the statements in one. A text that cannot be read is one statement: running it tells why. */
  split(text: string): string[] {
    try {
      const bytes = new TextEncoder().encode(text);
      return (parseSync(text).stmts ?? []).map(({ stmt_location: from = 0, stmt_len: length }) =>
        new TextDecoder().decode(length === undefined || length === 0 ? bytes.subarray(from) : bytes.subarray(from, from + length)).trim(),
      );
    } catch {
      return [text];
    }
  }

  #entry(text: string): Entry {
    const known = this.#entries.get(text);
    if (known !== undefined) return known;
    const [first, second] = parseSql(text);
    if (second !== undefined) throw new SqlError('42601', 'cannot insert multiple commands into a prepared statement');
    const entry: Entry = { node: first, compiled: undefined, catalogVersion: -1 };
    if (this.#entries.size >= LARGEST_CACHE) this.#entries.clear();
    this.#entries.set(text, entry);
    return entry;
  }
}
