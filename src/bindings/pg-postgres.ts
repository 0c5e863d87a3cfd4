import { ok, refused, type Outcome } from '../base/outcome.js';
import { wholeNumber } from '../base/options.js';
import { microseconds, milliseconds, type Duration } from '../base/time.js';
import type {
  PostgresCallOptions,
  PostgresListener,
  PostgresOutcome,
  PostgresPort,
  PostgresRefusal,
  PostgresSession,
  PostgresStatement,
  PostgresSubscription,
  PostgresValue,
} from '../ports/postgres.js';
import { PgConnection, type PgClient, type PgNotification } from './pg-connection.js';
import { PgPool } from './pg-pool.js';
import { systemClock } from './system-clock.js';

export interface PgPortOptions {
  /** How many connections serve single statements, at most. Sessions and subscriptions have their own. Default 10. */
  readonly connections?: number;
  /** How long a connection may take to be made, whoever waits for it. Default 5000 ms. */
  readonly connectTimeoutMs?: number;
  /**
   * Whether the server keeps our statements prepared, which saves it from planning each one anew. Default false, which works
   * behind a pooler in transaction mode too: there the next statement may meet a server process that has not prepared it.
   */
  readonly prepare?: boolean;
  /** Hears the errors of our connections (new ones are made when needed). Default: nobody does. */
  readonly onError?: (error: Error) => void;
}

/** A PostgresPort with connections of its own. */
export interface PgPort extends PostgresPort {
  /** Closes all connections that the port made. What is asked of it afterwards is refused. */
  close(): void;
}

/**
 * PostgreSQL by `pg` 8.
 *
 * `newClient` makes a client that is not connected yet: `() => new Client({ host, user, password, database })`. Give a
 * password, or `pg` looks for one in a file. Give a `statement_timeout` too: a statement whose caller has given up is not
 * taken back, and would wait in the server for its row, and then run, however much later.
 */
export function pgPort(newClient: () => PgClient, options: PgPortOptions = {}): PgPort {
  return new PgPostgres(newClient, options);
}

class PgPostgres implements PgPort {
  readonly #newClient: () => PgClient;
  readonly #connectTimeout: Duration;
  readonly #prepare: boolean;
  readonly #onError: { readonly onError?: (error: Error) => void };
  readonly #pool: PgPool;
  /** Of sessions and subscriptions. */
  readonly #others = new Set<PgConnection>();
  readonly #names = new Map<string, string>();
  #closed = false;

  constructor(newClient: () => PgClient, { connections, connectTimeoutMs, prepare, onError }: PgPortOptions) {
    this.#newClient = newClient;
    this.#connectTimeout = milliseconds(wholeNumber('connectTimeoutMs', connectTimeoutMs ?? 5000, 1));
    this.#prepare = prepare ?? false;
    this.#onError = onError === undefined ? {} : { onError };
    this.#pool = new PgPool(wholeNumber('connections', connections ?? 10, 1, 1000), (onEnd) => this.#connect(onEnd));
  }

  async query(statement: PostgresStatement, params: readonly PostgresValue[], { timeout }: PostgresCallOptions): Promise<PostgresOutcome> {
    if (this.#closed) return CLOSED;
    const start = systemClock.now();
    const connection = await this.#pool.take(timeout);
    if (typeof connection === 'string') return refused({ reason: 'unavailable', message: connection });
    const answer = await this.#send(connection, statement, params, remaining(timeout, start));
    this.#pool.give(connection);
    return answer;
  }

  async session(lost?: () => void): Promise<PostgresSession> {
    let isClosed = false;
    const connection = this.#connectOther(() => {
      if (!isClosed) lost?.();
    });
    return {
      query: async (statement, params, { timeout }) => {
        const start = systemClock.now();
        if (!(await connection.madeWithin(timeout))) return refused({ reason: 'unavailable', message: connection.lastError });
        return await this.#send(connection, statement, params, remaining(timeout, start));
      },
      close: () => {
        isClosed = true;
        connection.close();
      },
    };
  }

  async listen(channel: string, listener: PostgresListener, { timeout }: PostgresCallOptions): Promise<Outcome<PostgresSubscription, PostgresRefusal>> {
    let listening = false;
    const start = systemClock.now();
    const connection = this.#connectOther(() => {
      if (listening) listener.lost();
    });
    connection.client.on('notification', (message: PgNotification) => {
      if (message.channel === channel) listener.notified(message.payload ?? '');
    });
    const answer = (await connection.madeWithin(timeout))
      ? await connection.send(`LISTEN ${quoted(channel)}`, [], remaining(timeout, start))
      : refused<PostgresRefusal>({ reason: 'unavailable', message: connection.lastError });
    if (answer.status !== 'ok') {
      connection.close();
      return answer;
    }
    // The confirmation and the end may have come in one packet.
    if (connection.ended) return refused({ reason: 'unavailable', message: connection.lastError });
    listening = true;
    const close = (): void => {
      listening = false;
      connection.close();
    };
    return ok({ close });
  }

  close(): void {
    this.#closed = true;
    this.#pool.close();
    for (const connection of this.#others) connection.close();
  }

  #send(connection: PgConnection, { sql }: PostgresStatement, params: readonly PostgresValue[], timeout: Duration): Promise<PostgresOutcome> {
    return connection.send(sql, params, timeout, this.#prepare ? this.#nameOf(sql) : undefined);
  }

  #connect(onEnd: (connection: PgConnection) => void): PgConnection {
    return new PgConnection(this.#newClient(), { connectTimeout: this.#connectTimeout, onEnd, ...this.#onError });
  }

  #connectOther(onEnd: () => void): PgConnection {
    const connection = this.#connect((ended) => {
      this.#others.delete(ended);
      onEnd();
    });
    this.#others.add(connection);
    if (this.#closed) connection.close();
    return connection;
  }

  /** Names of prepared statements are a connection's; our own, because two statements of one name would be an error. */
  #nameOf(sql: string): string {
    let name = this.#names.get(sql);
    if (name === undefined) {
      name = `holdfast_${this.#names.size + 1}`;
      this.#names.set(sql, name);
    }
    return name;
  }
}

const CLOSED = Object.freeze(refused<PostgresRefusal>({ reason: 'unavailable', message: 'this port to PostgreSQL was closed' }));

const remaining = (timeout: Duration, start: number): Duration => microseconds(Math.max(1000, timeout - (systemClock.now() - start)));

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
