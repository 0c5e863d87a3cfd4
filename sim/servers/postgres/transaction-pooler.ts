import type { PostgresAnswer } from './postgres-answer.js';
import type { PostgresEngine } from './postgres-engine.js';
import type { PostgresSession } from './postgres-session.js';

/** How many server sessions stand behind all clients. */
const SESSIONS = 2;

/** A client's end of the pooler, as a session of the server would be. */
export interface PooledClient {
  execute(sql: string, params: readonly (string | null)[], done: (answer: PostgresAnswer) => void): void;
  close(): void;
}

interface Turn {
  readonly client: object;
  readonly begin: (session: PostgresSession) => void;
}

/**
 * What a pooler in transaction mode makes of a server (pgbouncer's `pool_mode = transaction`): a client has a server session
 * for one transaction, and whichever is free for the next. What lives in a session is shared by strangers.
 */
export class TransactionPooler {
  readonly #engine: PostgresEngine;
  readonly #idle: PostgresSession[] = [];
  readonly #held = new Map<object, PostgresSession>();
  readonly #waiting: Turn[] = [];
  #sessions = 0;

  constructor(engine: PostgresEngine) {
    this.#engine = engine;
  }

  open(): PooledClient {
    const client: PooledClient = {
      execute: (sql, params, done) => {
        const begin = (session: PostgresSession): void =>
          session.execute(sql, params, (answer) => {
            if (session.transactionStatus() === 'I') this.#free(client);
            done(answer);
          });
        const held = this.#held.get(client);
        if (held !== undefined) begin(held);
        else this.#take({ client, begin });
      },
      close: () => {
        const place = this.#waiting.findIndex((turn) => turn.client === client);
        if (place >= 0) this.#waiting.splice(place, 1);
        const session = this.#held.get(client);
        if (session === undefined) return;
        // In the middle of a transaction: nobody else can use what it left, so the server session goes too.
        this.#held.delete(client);
        this.#sessions -= 1;
        session.close();
        this.#serveNext();
      },
    };
    return client;
  }

  #take(turn: Turn): void {
    const session = this.#idle.pop() ?? this.#another();
    if (session === undefined) {
      this.#waiting.push(turn);
      return;
    }
    this.#held.set(turn.client, session);
    turn.begin(session);
  }

  #another(): PostgresSession | undefined {
    if (this.#sessions === SESSIONS) return undefined;
    this.#sessions += 1;
    return this.#engine.open();
  }

  #free(client: object): void {
    const session = this.#held.get(client);
    if (session === undefined) return;
    this.#held.delete(client);
    this.#idle.push(session);
    this.#serveNext();
  }

  #serveNext(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) this.#take(next);
  }
}
