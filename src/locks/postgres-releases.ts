import { milliseconds } from '../base/time.js';
import type { Clock } from '../ports/clock.js';
import type { PostgresPort } from '../ports/postgres.js';
import type { LockWatch, WatchRequest } from './lock-protocol.js';
import { sleep } from './sleep.js';

/**
 * The releases that PostgreSQL notifies, for all who wait here: one connection, made when the first of them comes, and made
 * again while somebody waits.
 *
 * A notification that is committed while nobody listens is gone. So whoever waits is woken too when the listening begins,
 * and when it ends (test: R14): 1. A asks; the key is held.  2. The key is released and notified.  3. A's LISTEN is
 * confirmed: woken now, A asks again, and finds the key free. Not woken, it would sleep for the ttl of nobody.
 *
 * A pooler in transaction mode confirms LISTEN, and nothing is ever heard. So it counts only when something was: a
 * notification of our own, to begin with. Until then those who wait poll.
 */
export class PostgresReleases {
  readonly #postgres: PostgresPort;
  readonly #clock: Clock;
  readonly #channel: string;
  readonly #waiting = new Map<string, Set<() => void>>();
  #state: 'off' | 'connecting' | 'confirmed' | 'heard' = 'off';

  constructor(postgres: PostgresPort, clock: Clock, channel: string) {
    this.#postgres = postgres;
    this.#clock = clock;
    this.#channel = channel;
  }

  watch({ key, wake }: Pick<WatchRequest, 'key' | 'wake'>): LockWatch {
    const ofKey = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, ofKey.add(wake));
    void this.#listen();
    const hears = (): boolean => this.#state === 'heard';
    return {
      get hears() {
        return hears();
      },
      close: () => {
        ofKey.delete(wake);
        if (ofKey.size === 0 && this.#waiting.get(key) === ofKey) this.#waiting.delete(key);
      },
    };
  }

  async #listen(): Promise<void> {
    if (this.#state !== 'off') return;
    this.#state = 'connecting';
    while (this.#waiting.size > 0) {
      const listener = { notified: (key: string) => this.#notified(key), lost: () => this.#lost() };
      const answer = await this.#postgres.listen(this.#channel, listener, { timeout: LISTEN_TIMEOUT });
      if (answer.status === 'ok') {
        this.#state = 'confirmed';
        await this.#postgres.query(PROBE, [this.#channel], { timeout: LISTEN_TIMEOUT });
        return;
      }
      await sleep(this.#clock, PAUSE);
    }
    this.#state = 'off';
  }

  #notified(key: string): void {
    const isFirst = this.#state === 'confirmed';
    if (isFirst) this.#state = 'heard';
    if (isFirst) this.#wakeAll();
    else this.#wake(this.#waiting.get(key));
  }

  #lost(): void {
    this.#state = 'off';
    this.#wakeAll();
    void this.#listen();
  }

  #wakeAll(): void {
    for (const ofKey of this.#waiting.values()) this.#wake(ofKey);
  }

  #wake(ofKey: ReadonlySet<() => void> | undefined): void {
    for (const wake of ofKey ?? []) wake();
  }
}

/** Meanwhile those who wait poll. */
const LISTEN_TIMEOUT = milliseconds(1000);
/** No key is called so. */
const PROBE = { name: 'lease-probe', sql: "SELECT pg_notify($1::text, '')" };
const PAUSE = milliseconds(100);
