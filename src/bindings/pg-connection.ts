import { assert } from '../base/assert.js';
import { ok, refused, unknown } from '../base/outcome.js';
import type { Duration } from '../base/time.js';
import type { Timer } from '../ports/clock.js';
import type { PostgresOutcome, PostgresValue } from '../ports/postgres.js';
import { systemClock } from './system-clock.js';
import { withDeadline } from './with-deadline.js';

/** The part of a `pg.Client` that we use. */
export interface PgClient {
  connect(): Promise<unknown>;
  query(config: PgQuery): Promise<PgResult>;
  end(): Promise<unknown>;
  /** Gives an `Error`, nothing, or a `PgNotification`: each listener takes what its event gives. */
  on(event: 'error' | 'end' | 'notification', listener: (heard: Error & PgNotification) => void): unknown;
  /** Its socket: `end` waits for the other side to close, which a stopped server never does. */
  readonly connection?: { readonly stream: { destroy(): unknown; destroySoon?(): unknown } };
}

export interface PgQuery {
  readonly text: string;
  readonly values: readonly PostgresValue[];
  /** Absent: the statement is parsed and planned each time. */
  readonly name?: string;
  readonly rowMode: 'array';
  readonly types: { getTypeParser(): (text: string) => string };
}

export interface PgResult {
  readonly command: string | null;
  readonly rowCount: number | null;
  readonly rows: unknown[];
}

export interface PgNotification {
  readonly processId: number;
  readonly channel: string;
  readonly payload?: string | undefined;
}

export interface PgConnectionOptions {
  /** How long a connection may take to be made. */
  readonly connectTimeout: Duration;
  readonly onError?: (error: Error) => void;
  /** Called once, when the connection has ended for whatever reason, or was never made. */
  readonly onEnd?: (connection: PgConnection) => void;
}

/** `pg` would make numbers and dates of some types; the port promises the server's own text. */
const AS_TEXT = { getTypeParser: () => (text: string) => text } as const;

/** One connection, and what became of each statement that it was given. It is never made anew. */
export class PgConnection {
  readonly client: PgClient;
  readonly #made: Promise<boolean>;
  #settleMade: (made: boolean) => void = () => undefined;
  readonly #connecting: Timer;
  readonly #onEnd: ((connection: PgConnection) => void) | undefined;
  #lastError = 'no connection to PostgreSQL yet';
  #busy = false;
  #ended = false;

  constructor(client: PgClient, { connectTimeout, onError, onEnd }: PgConnectionOptions) {
    this.client = client;
    this.#onEnd = onEnd;
    // An `error` event that nobody hears would end the process (P9): idle connections get one when the server goes.
    client.on('error', (error: Error) => {
      onError?.(error);
      this.#end(wordsOf(error), 'now');
    });
    client.on('end', () => this.close());
    this.#made = new Promise((resolve) => (this.#settleMade = resolve));
    this.#connecting = systemClock.setTimer(connectTimeout, () => this.#end('no connection to PostgreSQL in time', 'now'));
    client.connect().then(
      () => {
        this.#connecting.cancel();
        this.#settleMade(true);
      },
      (error: unknown) => {
        onError?.(asError(error));
        this.#end(wordsOf(asError(error)), 'now');
      },
    );
  }

  get ended(): boolean {
    return this.#ended;
  }

  get lastError(): string {
    return this.#lastError;
  }

  /** Whether the connection could be made and is still there. */
  async made(): Promise<boolean> {
    return (await this.#made) && !this.#ended;
  }

  /** The same, but false when it takes longer than `timeout`. It goes on connecting. */
  madeWithin(timeout: Duration): Promise<boolean> {
    return withDeadline(timeout, false, this.made());
  }

  /** Sends one statement; `name` has the server keep it prepared. Never rejects. A deadline that passes ends the connection. */
  async send(text: string, params: readonly PostgresValue[], timeout: Duration, name?: string): Promise<PostgresOutcome> {
    if (this.#ended) return refused({ reason: 'unavailable', message: this.#lastError });
    assert(!this.#busy, 'a session was given a statement before the one before was answered');
    this.#busy = true;
    const answer = await withDeadline(timeout, unknown('timeout'), this.#dispatch(text, params, name));
    this.#busy = false;
    // P8: 1. a statement waits for a row.  2. Its caller gives up.  3. It gets the row, and its answer arrives as if it were
    // that of the next statement, or its transaction stays open. Whatever was unanswered leaves nothing usable behind.
    if (answer.status === 'unknown') this.#end(answer.reason === 'timeout' ? 'a statement was not answered in time' : this.#lastError, 'now');
    return answer;
  }

  close(): void {
    this.#end('the connection was closed', this.#busy ? 'now' : 'in-good-order');
  }

  async #dispatch(text: string, params: readonly PostgresValue[], name: string | undefined): Promise<PostgresOutcome> {
    try {
      const query = { text, values: [...params], rowMode: 'array', types: AS_TEXT, ...(name === undefined ? {} : { name }) } as const;
      const { command, rowCount, rows } = await this.client.query(query);
      return ok({ command: command ?? '', rowCount: rowCount ?? 0, rows: rows as PostgresValue[][] });
    } catch (error) {
      return fateOf(error);
    }
  }

  #end(reason: string, when: 'now' | 'in-good-order'): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#lastError = reason;
    this.#connecting.cancel();
    void this.client.end().catch(() => undefined);
    const { stream } = this.client.connection ?? {};
    if (when === 'now') stream?.destroy();
    else stream?.destroySoon?.();
    this.#settleMade(false);
    this.#onEnd?.(this);
  }
}

/**
 * After these the server, or something in front of it, ends the connection. It may do so in a transaction, which is then
 * rolled back, or between its commit and the answer: so nothing is known.
 */
const CONNECTION_OVER = /^(08|57P|25P03|25P04|40003)/;

function fateOf(thrown: unknown): PostgresOutcome {
  const error = asError(thrown);
  const sqlstate: unknown = Reflect.get(error, 'code');
  // System errors have codes too (`ECONNRESET`, `EPIPE`), but no severity.
  if (typeof sqlstate !== 'string' || Reflect.get(error, 'severity') === undefined || CONNECTION_OVER.test(sqlstate)) return unknown('connection-lost');
  return refused({ reason: 'error', sqlstate, message: error.message });
}

const wordsOf = ({ name, message }: Error): string => (message === '' ? name : message);

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
