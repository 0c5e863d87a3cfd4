import { runDefinition } from '../catalog/run-definition.js';
import { Sequence } from '../catalog/sequence.js';
import { runToEnd } from '../execute/evaluate.js';
import { parseSql } from '../parse-sql.js';
import type { PostgresEngine } from '../postgres-engine.js';
import { PostgresSession } from '../postgres-session.js';
import { UPDATE } from '../storage/row.js';
import type { RowVersion } from '../storage/row-version.js';
import { Table } from '../storage/table.js';
import { type CommitRecord, fromLogged, type LoggedChange } from './commit-record.js';

const STARTUP_PROCESS = 0;

/** Does again, in a new engine, what commit records say: definitions as statements, rows by their numbers. */
export class Recovery {
  readonly #engine: PostgresEngine;
  readonly #session: PostgresSession;
  /** The present version of each row, by the oid of its table. */
  readonly #rows = new Map<number, Map<number, RowVersion>>();

  constructor(engine: PostgresEngine) {
    this.#engine = engine;
    this.#session = new PostgresSession(engine, STARTUP_PROCESS, {});
  }

  apply(record: CommitRecord): void {
    this.#session.begun();
    for (const change of record.changes) if (change.kind !== 'sequence') this.#redo(change);
    // What the record says of a sequence is where it stood at the end, wherever it was made in between.
    for (const change of record.changes) if (change.kind === 'sequence') this.#setSequence(change.sequence, change.last, change.isCalled);
    this.#session.commit();
    this.#engine.recoveredUntil(record.transactionId);
  }

  #setSequence(oid: number, last: bigint, isCalled: boolean): void {
    const sequence = this.#engine.catalog.withOid(oid);
    // One that its own transaction dropped again is not there.
    if (sequence instanceof Sequence) sequence.set(last, isCalled);
  }

  #redo(change: Exclude<LoggedChange, { kind: 'sequence' }>): void {
    const { catalog } = this.#engine;
    if (change.kind === 'define') {
      const [node] = parseSql(change.sql);
      const x = this.#session.execution([], true);
      if (node !== undefined) catalog.numbering(change.oids, () => runToEnd(runDefinition(x, node, change.sql)));
      return;
    }
    const table = catalog.withOid(change.table);
    if (!(table instanceof Table)) return;
    const rows = this.#rowsOf(table);
    const x = this.#session.execution([], false);
    const version = rows.get(change.row);
    if (change.kind === 'delete') {
      if (version !== undefined) table.delete(x.transaction, x.snapshot.command, version, UPDATE);
      rows.delete(change.row);
      return;
    }
    const values = change.values.map(fromLogged);
    const written =
      version === undefined
        ? table.insert(x.transaction, x.snapshot.command, values, change.row)
        : table.update(x.transaction, x.snapshot.command, version, values, UPDATE);
    rows.set(change.row, written);
  }

  #rowsOf(table: Table): Map<number, RowVersion> {
    let rows = this.#rows.get(table.oid);
    if (rows === undefined) {
      rows = new Map();
      this.#rows.set(table.oid, rows);
    }
    return rows;
  }
}
