import type { Outcome } from '../base/outcome.js';
import type { Duration } from '../base/time.js';

/**
 * The part of PostgreSQL that Holdfast speaks: single statements with parameters, sessions of one's own for transactions
 * and session locks, and notifications. Values are PostgreSQL's own text both ways, so that no client rounds or guesses.
 *
 * No call rejects for what the network or the server did: that is the outcome. `refused` means that it did not happen,
 * `unknown` that it may have, now or later: after a deadline the server may still be at work, or waiting for a row.
 */
export interface PostgresPort {
  /** Runs one statement in a transaction of its own, on any connection: it must leave no state in the session. */
  query(statement: PostgresStatement, params: readonly PostgresValue[], options: PostgresCallOptions): Promise<PostgresOutcome>;
  /**
   * A connection of its own, for transactions and whatever else lives in a session. A session that loses its connection stays
   * lost; `lost` is called once when that is noticed, be it idle or not, but not after `close`.
   */
  session(lost?: () => void): Promise<PostgresSession>;
  /**
   * Listens to a channel. Resolves when the server has confirmed: what is committed after that is heard, until the
   * connection is lost. That is told once, and ends the subscription: listen again, then look at what you may have missed.
   */
  listen(channel: string, listener: PostgresListener, options: PostgresCallOptions): Promise<Outcome<PostgresSubscription, PostgresRefusal>>;
}

export interface PostgresCallOptions {
  /** How long to wait for the answer, by this process's own clock, before the outcome is `unknown`. It ends the connection. */
  readonly timeout: Duration;
}

/** One statement, with `$1`, `$2`... for its parameters. Never build its text from values. */
export interface PostgresStatement {
  /** For traces and errors. */
  readonly name: string;
  readonly sql: string;
}

/** A value in PostgreSQL's text form (`t`, `42`, `2026-01-01 00:00:00+00`, `{1,2}`), or null. */
export type PostgresValue = string | null;

/** A row's values, in the order of the statement's columns. */
export type PostgresRow = readonly PostgresValue[];

export interface PostgresResult {
  /** The first word of the command tag: `SELECT`, `INSERT`, `COMMIT`... A COMMIT that could not commit says `ROLLBACK`. */
  readonly command: string;
  /** How many rows it returned or changed. */
  readonly rowCount: number;
  readonly rows: readonly PostgresRow[];
}

export type PostgresOutcome = Outcome<PostgresResult, PostgresRefusal>;

export type PostgresRefusal =
  /** The server answered with this error; the statement, and the transaction that it was in, did nothing. */
  | {
      readonly reason: 'error';
      /** Five characters: `23505`, `40001`... */
      readonly sqlstate: string;
      readonly message: string;
    }
  /** No connection could be had in time, so nothing was sent. */
  | { readonly reason: 'unavailable'; readonly message: string };

export interface PostgresSession {
  /** Runs one statement. The next may be given when this one is answered, not sooner. */
  query(statement: PostgresStatement, params: readonly PostgresValue[], options: PostgresCallOptions): Promise<PostgresOutcome>;
  /** Ends the connection: an open transaction is rolled back, and locks of the session are free when the server notices. */
  close(): void;
}

export interface PostgresListener {
  notified(payload: string): void;
  /** The connection is gone. Not called after `close`. */
  lost(): void;
}

export interface PostgresSubscription {
  close(): void;
}
