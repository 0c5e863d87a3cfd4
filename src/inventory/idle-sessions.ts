import type { PostgresPort, PostgresSession } from '../ports/postgres.js';

/** Sessions that are used again: a connection for each transaction would cost more than the transaction. */
export class IdleSessions {
  readonly #postgres: PostgresPort;
  readonly #most: number;
  readonly #idle: PostgresSession[] = [];

  /** Keeps `most` sessions when nobody needs them. */
  constructor(postgres: PostgresPort, most: number) {
    this.#postgres = postgres;
    this.#most = most;
  }

  /**
   * Does `work` with a session that nobody else has. When what comes out is not `isSound`, or it throws, the session is closed,
   * and those that are idle with it: a server that restarts ends them all, and each would be found out by somebody else.
   */
  async use<Value>(work: (session: PostgresSession) => Promise<Value>, isSound: (value: Value) => boolean): Promise<Value> {
    const session = this.#idle.pop() ?? (await this.#postgres.session());
    let sound = false;
    try {
      const value = await work(session);
      sound = isSound(value);
      return value;
    } finally {
      if (!sound) this.close();
      if (sound && this.#idle.length < this.#most) this.#idle.push(session);
      else session.close();
    }
  }

  /** Closes those that are idle. */
  close(): void {
    for (const session of this.#idle.splice(0)) session.close();
  }
}
