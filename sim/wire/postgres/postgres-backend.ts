/** A column of a result. */
export interface PostgresField {
  readonly name: string;
  readonly typeOid: number;
}

/** An error or a notice, with the fields that clients look at. */
export interface PostgresProblem {
  /** ERROR when absent. After a FATAL one the connection is closed. */
  readonly severity?: string;
  readonly sqlstate: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly where?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly dataType?: string;
  readonly constraint?: string;
  /** In characters of the statement, from 1. */
  readonly position?: number;
}

export interface PostgresResult {
  /** As in the command tag, without the count: SELECT, INSERT, CREATE TABLE. */
  readonly command: string;
  /** Null: the command counts no rows. */
  readonly rowCount: number | null;
  /** Empty for a command that gives no rows; SELECT always does. */
  readonly fields: readonly PostgresField[];
  /** Values in text format. */
  readonly rows: readonly (readonly (string | null)[])[];
}

export type PostgresAnswer = PostgresResult | { readonly error: PostgresProblem };

/** What can be said of a statement before it runs. */
export interface PostgresDescription {
  /** The types of $1, $2 and so on. */
  readonly parameterOids: readonly number[];
  /** Null: it gives no rows. */
  readonly fields: readonly PostgresField[] | null;
}

/** `I`: no transaction block; `T`: in one; `E`: in one that has failed. */
export type TransactionStatus = 'I' | 'T' | 'E';

/** One session of a database, without any protocol: what a wire needs of it. */
export interface PostgresBackend {
  /** As `pg_backend_pid()` gives it. */
  readonly pid: number;
  /**
   * Runs one statement, outside of a block as a transaction of its own. `done` is called once: at once, or later when the
   * statement had to wait. The next statement comes only after that.
   */
  execute(text: string, params: readonly (string | null)[], done: (answer: PostgresAnswer) => void): void;
  /** Parses and analyses one statement. Types that the client has not declared are 0. An error fails the transaction block, as one of `execute` does. */
  describe(text: string, declaredOids: readonly number[]): PostgresDescription | { readonly error: PostgresProblem };
  /**
   * The statements of a text, none for one that is empty or all comment. A text with a syntax error is one statement: running
   * it tells the error.
   */
  split(text: string): readonly string[];
  transactionStatus(): TransactionStatus;
  /** An error outside of the backend fails the transaction block that is open. Not called when there is none. */
  fail(): void;
  /** Another connection asks to cancel the statement that runs: it ends with an error (57014). Not called while none runs. */
  cancel(): void;
  /** The client is gone: what is not committed is undone. Never called while a statement runs. */
  close(): void;
}

/** Who connects, by its startup packet. */
export interface PostgresStartup {
  readonly user: string;
  readonly database: string;
  /** What it sets besides, by `options` too; names as the client writes them. */
  readonly settings: ReadonlyMap<string, string>;
}

/** What a backend tells by itself; each may be called at any time between `open` and `close`, also by a statement that runs. */
export interface PostgresEvents {
  /** A notification of a channel that the session listens to. It is sent on when no transaction block is open. */
  notify(notification: PostgresNotification): void;
  notice(problem: PostgresProblem): void;
  /** A setting has changed that clients are told of: a name of the startup's ParameterStatus messages. */
  parameter(name: string, value: string): void;
  /** The server ends the session, for instance by `idle_in_transaction_session_timeout`. A statement that runs answers nothing more; `close` follows. */
  terminate(problem: PostgresProblem): void;
}

export interface PostgresNotification {
  /** Of the session that notifies. */
  readonly pid: number;
  readonly channel: string;
  readonly payload: string;
}

/** Opens a session; a problem refuses it, as for an unknown database or a setting that there is not. */
export type OpenPostgresBackend = (startup: PostgresStartup, events: PostgresEvents) => PostgresBackend | { readonly error: PostgresProblem };
