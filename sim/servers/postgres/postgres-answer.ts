import type { SqlError } from './sql-error.js';

/** An error or a notice, as the wire tells it. */
export interface PostgresProblem {
  readonly severity: string;
  readonly sqlstate: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly position?: number;
}

/** What a statement gave. Values are in text format. */
export interface PostgresResult {
  readonly command: string;
  /** Null for a command that counts no rows. */
  readonly rowCount: number | null;
  readonly fields: readonly { readonly name: string; readonly typeOid: number }[];
  readonly rows: readonly (readonly (string | null)[])[];
}

export type PostgresAnswer = PostgresResult | { readonly error: PostgresProblem };

export function problemOf(error: SqlError): PostgresProblem {
  return {
    severity: error.fatal ? 'FATAL' : 'ERROR',
    sqlstate: error.sqlstate,
    message: error.message,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.position === undefined ? {} : { position: error.position }),
  };
}

export function commandResult(command: string): PostgresResult {
  return { command, rowCount: null, fields: [], rows: [] };
}
