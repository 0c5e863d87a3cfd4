import type { SqlRow } from '../types/sql-value.js';

/** Something that a transaction changed for good, should it commit. Tables and sequences by oid, rows by number. */
export type Change =
  | { readonly kind: 'insert' | 'update'; readonly table: number; readonly row: number; values: SqlRow }
  | { readonly kind: 'delete'; readonly table: number; readonly row: number }
  /** A statement on definitions, and the oids of what it made. What it did to single rows beside that comes after it. */
  | { readonly kind: 'define'; readonly sql: string; readonly oids: readonly number[] }
  | { readonly kind: 'sequence'; readonly sequence: number; readonly last: bigint; readonly isCalled: boolean };
