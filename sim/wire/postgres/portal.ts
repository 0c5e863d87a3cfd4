import type { PostgresField, PostgresResult } from './postgres-backend.js';

/** What Parse makes. */
export interface Prepared {
  /** Undefined: it was empty. */
  readonly text: string | undefined;
  readonly parameterOids: readonly number[];
  /** Null: it gives no rows. */
  readonly fields: readonly PostgresField[] | null;
}

/** What Bind makes. */
export interface Portal {
  readonly prepared: Prepared;
  readonly params: readonly (string | null)[];
  /** Once it has run: all that it gave, and how much of that the client has. */
  ran?: { readonly result: PostgresResult; sent: number };
}
