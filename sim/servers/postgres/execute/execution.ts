import type { Catalog } from '../catalog/catalog.js';
import type { Sequence } from '../catalog/sequence.js';
import type { HeavyLocks } from '../storage/heavy-locks.js';
import type { RowVersion } from '../storage/row-version.js';
import type { Serialization } from '../storage/serialization.js';
import type { Backend, Snapshot, Transaction } from '../storage/transaction.js';
import type { Steps } from '../storage/wait.js';
import type { SqlRow, SqlValue } from '../types/sql-value.js';
import type { ServerFacts } from './server-facts.js';

/** What statements may ask their session for. Times are microseconds of the server's wall clock. */
export interface StatementHost {
  readonly backend: Backend;
  readonly catalog: Catalog;
  readonly locks: HeavyLocks;
  readonly serialization: Serialization;
  readonly server: ServerFacts;
  readonly transactionStart: number;
  readonly statementStart: number;
  clock(): number;
  random(bound: number): number;
  setting(name: string): string | undefined;
  set(name: string, value: string, isLocal: boolean): void;
  /** Sends a notice beside the result: a WARNING of 01000 when nothing else is said. */
  warn(message: string, sqlstate?: string, severity?: string): void;
  notify(channel: string, payload: string): void;
  /** Throws 25006 in a read-only transaction. */
  refuseWhenReadOnly(what: string): void;
  /** A sequence has moved, by `nextval` or by `setval`: the write-ahead log hears of it at once. */
  sequenceMoved(sequence: Sequence, how: 'next' | 'set'): void;
  /** What nextval last gave to this session. */
  readonly lastValues: Map<Sequence, bigint>;
  /** The sequence that nextval gave from last. */
  lastSequence: Sequence | undefined;
}

/** One statement in execution. */
export interface Execution {
  readonly host: StatementHost;
  readonly transaction: Transaction;
  readonly snapshot: Snapshot;
  /** REPEATABLE READ: a row that changed since the snapshot is an error instead of being looked at again. */
  readonly isSnapshotKept: boolean;
  readonly parameters: readonly SqlValue[];
  /** Rows of the WITH queries that have run. */
  readonly withRows: Map<object, readonly SqlRow[]>;
  /** Parts of the expression in hand that had to wait, or are done already. See `evaluate`. */
  memo: Map<object, Pending> | undefined;
  /** What is done at the end of the statement: foreign keys, in the order in which rows were written. */
  readonly atEnd: (() => Steps<void>)[];
}

export interface Pending {
  readonly steps: Steps<SqlValue>;
  result: { readonly value: SqlValue } | undefined;
}

/** One row of all tables of a FROM clause, by their places in it; what expressions are evaluated on. */
export interface Frame {
  readonly x: Execution;
  rows: SqlRow[];
  versions: (RowVersion | undefined)[];
  readonly outer: Frame | undefined;
  aggregates: readonly SqlValue[];
}

export function newFrame(x: Execution, outer: Frame | undefined): Frame {
  return { x, rows: [], versions: [], outer, aggregates: [] };
}

export function copyFrame(frame: Frame): Frame {
  return { x: frame.x, rows: [...frame.rows], versions: [...frame.versions], outer: frame.outer, aggregates: frame.aggregates };
}
