import { microseconds, type Duration } from '../base/time.js';
import type { PgConnection } from './pg-connection.js';
import { systemClock } from './system-clock.js';
import { withDeadline } from './with-deadline.js';

/** Connections for single statements: each is one caller's at a time. */
export class PgPool {
  readonly #idle: PgConnection[] = [];
  readonly #all = new Set<PgConnection>();
  /** Those who wait for a connection, in the order in which they came. */
  readonly #waiting: (() => void)[] = [];
  #lastError = 'all connections to PostgreSQL are busy';

  constructor(
    private readonly size: number,
    private readonly open: (onEnd: (connection: PgConnection) => void) => PgConnection,
  ) {}

  /** A connection that is ready, to be given back; or in words why there is none by the deadline. */
  async take(timeout: Duration): Promise<PgConnection | string> {
    const start = systemClock.now();
    const left = (): Duration => microseconds(timeout - (systemClock.now() - start));
    while (left() > 0) {
      const idle = this.#idle.pop();
      if (idle !== undefined) return idle;
      if (this.#all.size >= this.size) await this.#turn(left());
      else {
        const connection = await this.#open(left());
        if (connection !== null) return connection;
        break;
      }
    }
    return this.#lastError;
  }

  give(connection: PgConnection): void {
    if (connection.ended) return;
    this.#idle.push(connection);
    this.#wakeOne();
  }

  close(): void {
    for (const connection of this.#all) connection.close();
  }

  async #open(timeout: Duration): Promise<PgConnection | null> {
    const connection = this.open((ended) => this.#forget(ended));
    if (connection.ended) return null;
    this.#all.add(connection);
    if (await connection.madeWithin(timeout)) return connection;
    this.#lastError = connection.ended ? connection.lastError : 'no connection to PostgreSQL in time';
    // It may still come, for the next one who asks.
    void connection.made().then((made) => made && this.give(connection));
    return null;
  }

  #forget(connection: PgConnection): void {
    this.#all.delete(connection);
    const place = this.#idle.indexOf(connection);
    if (place >= 0) this.#idle.splice(place, 1);
    this.#wakeOne();
  }

  /** Waits until a connection is free, or may be opened. */
  async #turn(timeout: Duration): Promise<void> {
    let wake = (): void => {};
    const woken = new Promise<boolean>((resolve) => {
      wake = () => resolve(true);
      this.#waiting.push(wake);
    });
    if (await withDeadline(timeout, false, woken)) return;
    this.#lastError = 'all connections to PostgreSQL are busy';
    const place = this.#waiting.indexOf(wake);
    if (place >= 0) this.#waiting.splice(place, 1);
  }

  #wakeOne(): void {
    this.#waiting.shift()?.();
  }
}
