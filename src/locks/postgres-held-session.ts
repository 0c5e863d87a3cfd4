import { assert } from '../base/assert.js';
import { parseFencingToken, type FencingToken } from '../base/fencing-token.js';
import { microseconds, toMilliseconds, type Duration } from '../base/time.js';
import type { Clock, Timer } from '../ports/clock.js';
import type { PostgresOutcome, PostgresPort, PostgresSession, PostgresStatement, PostgresValue } from '../ports/postgres.js';
import { within } from './sleep.js';

/** A lock of the server's own, which it keeps for a session or for its transaction. */
export interface ServerLock {
  /** Whether it is the transaction's: then the session is in one from the first statement to `end`. */
  readonly inTransaction: boolean;
  /**
   * Params: key. Asks for the lock, waiting for it or not. Gives one row of `f` when it was not to be had, else of anything
   * else, the server process, and maybe a token; or no row at all, when `make` has to be run first.
   */
  readonly wait: PostgresStatement;
  readonly ask: PostgresStatement;
  /** Params: key. Runs, and is committed, on any connection. */
  readonly make?: PostgresStatement;
  /** Params: none in a transaction, else the key. */
  readonly end: PostgresStatement;
}

export interface HeldSessionParts {
  readonly postgres: PostgresPort;
  readonly clock: Clock;
  readonly lock: ServerLock;
  readonly key: string;
  /** Waits its turn in the server's queue, or takes what is free. */
  readonly form: 'wait' | 'ask';
  readonly ttl: Duration;
  /** How long to wait in the queue, at most. */
  readonly patience: Duration;
  /** Called when the lock is had, and when the session is over, for whatever reason. */
  readonly changed: () => void;
}

export type Opening = 'held' | 'taken' | Exclude<PostgresOutcome, { readonly status: 'ok' }>;

/**
 * A session that holds, or waits for, one lock of the server. What is true of it: the server frees the lock when the session
 * ends, be it by us, by the network, by a person, or because the server was restarted. So it tells who comes next; how long
 * a holder may believe in its lease it cannot tell.
 *
 * Whatever goes unanswered ends the session (P8): 1. a statement waits for the lock.  2. Its client gives up.  3. It is
 * granted the lock, for a session that nobody looks at.
 */
export class HeldSession {
  /** Resolves when the lock is had, or is not to be had. Never rejects. */
  readonly opened: Promise<Opening>;
  /** Given by the locked row, where there is one. */
  token: FencingToken | undefined;
  readonly #parts: HeldSessionParts;
  readonly #lost = new AbortController();
  #session: PostgresSession | null = null;
  #pid: PostgresValue = null;
  #ttl: Duration;
  #last: Promise<unknown> = Promise.resolve();
  #bound: Timer | null = null;
  #isOver = false;

  constructor(parts: HeldSessionParts) {
    this.#parts = parts;
    this.#ttl = parts.ttl;
    this.opened = this.#open().then((opening) => {
      if (opening === 'held') this.keep(parts.ttl);
      else this.close();
      parts.changed();
      return opening;
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it waits in the server's queue, as far as is known here. */
  get isQueued(): boolean {
    return this.#parts.form === 'wait' && this.#pid === null && !this.#isOver;
  }

  /** Aborts when the session is over. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** From now on it may last for a ttl and a half: whoever forgot it holds nobody up for longer. */
  keep(ttl: Duration): void {
    if (this.#isOver) return;
    this.#bound?.cancel();
    this.#bound = this.#parts.clock.setTimer(idleFor(longer(ttl, this.#ttl)), () => this.close());
  }

  /** Has the server wait for a ttl and a half again, and looks whether it is the same server process still. */
  async touch(ttl: Duration): Promise<void> {
    this.#ttl = longer(ttl, this.#ttl);
    const answer = await this.#run(this.#parts.lock.inTransaction ? TOUCH_TRANSACTION : TOUCH_SESSION, this.#idle(), idleFor(ttl));
    if (answer?.status !== 'ok' || answer.value.rows[0]?.[0] !== this.#pid) this.close();
  }

  /** Gives the lock back, if that takes no longer than `timeout`; closes the session in any case. */
  async end(timeout: Duration): Promise<void> {
    const { lock, key, clock } = this.#parts;
    const ended = this.#pid === null ? null : this.#run(lock.end, lock.inTransaction ? [] : [key], timeout);
    if (ended !== null) await within(clock, timeout, ended);
    this.close();
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#bound?.cancel();
    this.#session?.close();
    this.#lost.abort('lost');
    this.#parts.changed();
  }

  async #open(): Promise<Opening> {
    const { postgres, lock, key, form, patience } = this.#parts;
    const session = await postgres.session(() => this.close());
    if (this.#isOver) session.close();
    this.#session = session;
    // The server's patience ends before ours: so the lock is not granted to one who has just gone.
    const settings = [lockTimeout(patience), String(lock.inTransaction), ...this.#idle()];
    const begin: [PostgresStatement, PostgresValue[]][] = lock.inTransaction
      ? [
          [BEGIN, []],
          [SET_TRANSACTION, settings],
        ]
      : [[SET_SESSION, settings]];
    for (const [statement, params] of begin) {
      const answer = await this.#run(statement, params, patience);
      if (answer?.status !== 'ok') return answer ?? GONE;
    }
    let answer = await this.#run(lock[form], [key], patience);
    if (lock.make !== undefined && answer?.status === 'ok' && answer.value.rows.length === 0) {
      // P6: to lock an absent row locks nothing. It is made first, for all to see.
      const made = await postgres.query(lock.make, [key], { timeout: patience });
      if (made.status !== 'ok') return made;
      answer = await this.#run(lock[form], [key], patience);
    }
    if (answer?.status !== 'ok') return answer ?? GONE;
    const [got, pid = null, token = null] = answer.value.rows[0] ?? ['f'];
    if (got === 'f') return 'taken';
    assert(pid !== null, `${lock[form].name} did not tell the server process`);
    this.#pid = pid;
    if (token !== null) this.token = parseFencingToken(token);
    return 'held';
  }

  /** One statement after the other; null when the session is over before its turn. */
  #run(statement: PostgresStatement, params: readonly PostgresValue[], timeout: Duration): Promise<PostgresOutcome | null> {
    const before = this.#last;
    const run = async (): Promise<PostgresOutcome | null> => {
      await before;
      return this.#isOver || this.#session === null ? null : await this.#session.query(statement, params, { timeout });
    };
    const answer = run();
    this.#last = answer;
    return answer;
  }

  #idle(): PostgresValue[] {
    return this.#parts.lock.inTransaction ? [`${Math.ceil(toMilliseconds(idleFor(this.#ttl)))}ms`] : [];
  }
}

/** Half a ttl more: the lease begins a little after the lock was had, and must not be cut short by that. */
const idleFor = (ttl: Duration): Duration => microseconds(Math.ceil(ttl * 1.5));

const longer = (one: Duration, other: Duration): Duration => microseconds(Math.max(one, other));

const lockTimeout = (patience: Duration): string => `${Math.max(1, Math.floor(toMilliseconds(patience) * 0.8))}ms`;

const GONE = Object.freeze({ status: 'unknown', reason: 'connection-lost' } as const);

// P3: under REPEATABLE READ whatever is read after the lock was had would be as old as the first statement, which waited for it.
const BEGIN: PostgresStatement = { name: 'begin', sql: 'BEGIN ISOLATION LEVEL READ COMMITTED' };

const LOCK_TIMEOUT = `set_config('lock_timeout', $1::text, $2::text::boolean)`;
const idleTimeout = (param: string): string => `set_config('idle_in_transaction_session_timeout', ${param}::text, true)`;
const SET_TRANSACTION: PostgresStatement = { name: 'lock-settings', sql: `SELECT ${LOCK_TIMEOUT}, ${idleTimeout('$3')}` };
const SET_SESSION: PostgresStatement = { name: 'lock-settings', sql: `SELECT ${LOCK_TIMEOUT}` };
const TOUCH_TRANSACTION: PostgresStatement = { name: 'lock-touch', sql: `SELECT pg_backend_pid()::text, ${idleTimeout('$1')}` };
const TOUCH_SESSION: PostgresStatement = { name: 'lock-touch', sql: 'SELECT pg_backend_pid()::text' };
