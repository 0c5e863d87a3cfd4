export interface SqlErrorFields {
  readonly detail?: string;
  readonly hint?: string;
  /** FATAL ends the session; ERROR, the default, only the transaction. */
  readonly fatal?: boolean;
  /** Where in the statement, counted in characters from 1. */
  readonly position?: number;
}

/** What the server answers instead of a result: the SQLSTATE and the words of the real one. */
export class SqlError extends Error {
  readonly sqlstate: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly fatal: boolean;
  readonly position: number | undefined;

  constructor(sqlstate: string, message: string, fields: SqlErrorFields = {}) {
    super(message);
    this.name = 'SqlError';
    this.sqlstate = sqlstate;
    this.detail = fields.detail;
    this.hint = fields.hint;
    this.fatal = fields.fatal ?? false;
    this.position = fields.position;
  }
}

/** What a failed transaction answers to everything, with 25P02. */
export const NO_BLOCK = 'current transaction is aborted, commands ignored until end of transaction block';

/** PostgreSQL may know it, this engine does not: told by name, never guessed. */
export function unsupported(what: string): SqlError {
  return new SqlError('0A000', `${what} is not supported by the simulated PostgreSQL`);
}

export function undefinedColumn(name: string): SqlError {
  return new SqlError('42703', `column ${name} does not exist`);
}

export function outOfRange(type: string): SqlError {
  return new SqlError('22003', `${type} out of range`);
}
