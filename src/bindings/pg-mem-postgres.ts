import { ok, refused } from '../base/outcome.js';
import type { PostgresOutcome, PostgresPort, PostgresRefusal, PostgresSession, PostgresStatement, PostgresValue } from '../ports/postgres.js';
import { pgMemSqlstate } from './pg-mem-sqlstate.js';
import { pgMemText } from './pg-mem-text.js';

/** The part of a `pg-mem` database (`newDb()`) that we use. */
export interface PgMemDatabase {
  readonly public: { query(text: string): PgMemResult };
  /** Undone by `restore`, all at once. */
  backup(): { restore(): void };
}

export interface PgMemResult {
  readonly command: string;
  readonly rowCount: number;
  readonly fields: readonly { readonly type: string }[];
  readonly rows: readonly object[];
}

/**
 * PostgreSQL by `pg-mem` 3, in this process: for the tests of code that has one session, and no contention. It knows no
 * locks, no notifications and few functions, so our own locks do not run on it; `holdfast/sim` has a PostgreSQL on which they do.
 *
 * It undoes nothing by itself when its statements come one by one: a transaction is a backup here, and its rollback restores
 * that. So there is one transaction at a time; meanwhile the others are refused. Deadlines do not exist: it answers at once.
 */
export function pgMemPort(database: PgMemDatabase): PostgresPort {
  return new PgMemPostgres(database);
}

class PgMemPostgres implements PostgresPort {
  readonly #database: PgMemDatabase;
  /** Who is in a transaction, what it was before, and whether a statement of it has failed. */
  #transaction: { readonly of: object; readonly backup: { restore(): void }; failed: boolean } | null = null;

  constructor(database: PgMemDatabase) {
    this.#database = database;
  }

  query(statement: PostgresStatement, params: readonly PostgresValue[]): Promise<PostgresOutcome> {
    return Promise.resolve(this.#execute(this, statement, params));
  }

  session(): Promise<PostgresSession> {
    const own = {};
    let isOpen = true;
    const query = (statement: PostgresStatement, params: readonly PostgresValue[]): Promise<PostgresOutcome> =>
      Promise.resolve(isOpen ? this.#execute(own, statement, params) : CLOSED);
    const close = (): void => {
      isOpen = false;
      if (this.#transaction?.of === own) this.#end('ROLLBACK');
    };
    return Promise.resolve({ query, close });
  }

  listen() {
    return Promise.resolve(refused<PostgresRefusal>({ reason: 'error', sqlstate: '0A000', message: 'pg-mem has no LISTEN' }));
  }

  #execute(by: object, { sql }: PostgresStatement, params: readonly PostgresValue[]): PostgresOutcome {
    const transaction = this.#transaction;
    if (transaction !== null && transaction.of !== by) return BUSY;
    const [, word = ''] = /^\s*(\w+)/.exec(sql) ?? [];
    const command = word.toUpperCase();
    if (command === 'COMMIT' || command === 'ROLLBACK') return done(this.#end(transaction?.failed === true ? 'ROLLBACK' : command));
    if (transaction?.failed === true) return FAILED;
    if (command === 'BEGIN') {
      if (by === this) return NO_SESSION;
      this.#transaction ??= { of: by, backup: this.#database.backup(), failed: false };
      return done('BEGIN');
    }
    const outcome = this.#run(sql, params);
    if (outcome.status !== 'ok' && transaction !== null) transaction.failed = true;
    return outcome;
  }

  #run(sql: string, params: readonly PostgresValue[]): PostgresOutcome {
    try {
      const { command, rowCount, rows, fields } = this.#database.public.query(withValues(sql, params));
      const texts = rows.map((row) => Object.values(row).map((value, at) => pgMemText(value, fields[at]?.type)));
      return ok({ command, rowCount, rows: texts });
    } catch (error) {
      return refused({ reason: 'error', ...pgMemSqlstate(error) });
    }
  }

  #end(how: string): string {
    if (how === 'ROLLBACK') this.#transaction?.backup.restore();
    this.#transaction = null;
    return how;
  }
}

/** pg-mem forgets where it is when a parameter stands in a WHERE. Quoted and double-quoted text is left alone. */
function withValues(sql: string, params: readonly PostgresValue[]): string {
  return sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\d+)/g, (found, number?: string) => {
    if (number === undefined) return found;
    const value = params[Number(number) - 1] ?? null;
    return value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`;
  });
}

const done = (command: string): PostgresOutcome => ok({ command, rowCount: 0, rows: [] });

const CLOSED = Object.freeze(refused<PostgresRefusal>({ reason: 'unavailable', message: 'the connection was closed' }));
const BUSY = Object.freeze(refused<PostgresRefusal>({ reason: 'unavailable', message: 'pg-mem has one session, which is in a transaction of another caller' }));
const NO_SESSION = Object.freeze(refused<PostgresRefusal>({ reason: 'error', sqlstate: '0A000', message: 'a transaction needs a session' }));
const FAILED = Object.freeze(
  refused<PostgresRefusal>({ reason: 'error', sqlstate: '25P02', message: 'current transaction is aborted, commands ignored until end of transaction block' }),
);
