import { Catalog } from './catalog/catalog.js';
import { PostgresSession } from './postgres-session.js';
import type { PostgresProblem } from './postgres-answer.js';
import { SqlError } from './sql-error.js';
import { StatementCache } from './statement-cache.js';
import { HeavyLocks } from './storage/heavy-locks.js';
import type { RowVersion } from './storage/row-version.js';
import type { Table } from './storage/table.js';

export interface PostgresEngineOptions {
  /** The server's wall clock, in whole microseconds since 1970. */
  readonly now: () => number;
  /** Calls back after so many microseconds of the server's own time, unless cancelled. */
  readonly setTimer: (lengthUs: number, callback: () => void) => { cancel(): void };
  /** An integer from 0 to `bound - 1`, for gen_random_uuid() and random(). */
  readonly random: (bound: number) => number;
}

/** What a session tells by itself. */
export interface PostgresEvents {
  readonly notify?: (notification: { readonly pid: number; readonly channel: string; readonly payload: string }) => void;
  readonly notice?: (problem: PostgresProblem) => void;
  /** The server has ended the session: what runs answers nothing more. */
  readonly terminate?: (problem: PostgresProblem) => void;
}

const FIRST_PID = 1001;
const SMALLEST_HEAP = 64;

/**
 * A PostgreSQL server without its network: statements in, answers out, deterministically. It keeps row versions and locks by
 * the rules of the real one; a statement that must wait answers later, when what it waits for is over.
 *
 * `loadModule()` of `libpg-query` must have ended before the first statement: from then on its parser works at once.
 */
export class PostgresEngine {
  readonly options: PostgresEngineOptions;
  readonly locks = new HeavyLocks();
  readonly catalog: Catalog;
  readonly statements: StatementCache;
  readonly sessions = new Set<PostgresSession>();
  /** The place of the last commit in the order of commits. */
  sequence = 0;
  #nextPid = FIRST_PID;
  #nextTransaction = 700;
  #waiting: PostgresSession[] = [];
  readonly #answers: (() => void)[] = [];
  #isAnswering = false;
  #garbage: { readonly table: Table; readonly version: RowVersion; readonly sequence: number }[] = [];
  #sweepAt = SMALLEST_HEAP;

  constructor(options: PostgresEngineOptions) {
    this.options = options;
    this.catalog = new Catalog((table, version, sequence) => void this.#garbage.push({ table, version, sequence }));
    this.statements = new StatementCache(this.catalog);
  }

  open(events: PostgresEvents = {}): PostgresSession {
    const session = new PostgresSession(this, this.#nextPid, events);
    this.#nextPid += 1;
    this.sessions.add(session);
    return session;
  }

  nextTransactionId(): number {
    this.#nextTransaction += 1;
    return this.#nextTransaction;
  }

  /** Puts a session among those that wait, in the order of coming. */
  startWaiting(session: PostgresSession): void {
    this.#waiting.push(session);
  }

  stopWaiting(session: PostgresSession): void {
    this.#waiting = this.#waiting.filter((other) => other !== session);
  }

  /** An answer leaves when all that its statement set going has gone on as far as it can. */
  answer(send: () => void): void {
    this.#answers.push(send);
  }

  /** Goes on with every statement that waits for nothing any more, first come first; then sends the answers. */
  settle(): void {
    for (let next = this.#nextReady(); next !== undefined; next = this.#nextReady()) {
      this.stopWaiting(next);
      next.resume();
    }
    if (this.#garbage.length >= this.#sweepAt) this.#sweep();
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    try {
      for (let send = this.#answers.shift(); send !== undefined; send = this.#answers.shift()) send();
    } finally {
      this.#isAnswering = false;
    }
  }

  /** A waiter has waited for deadlock_timeout: is it in a circle of waiters? */
  deadlockOf(session: PostgresSession): SqlError | undefined {
    const path: PostgresSession[] = [];
    const seen = new Set<PostgresSession>();
    const leadsBack = (at: PostgresSession): boolean => {
      path.push(at);
      for (const blocker of at.wait?.blockers() ?? []) {
        if (blocker === session) return true;
        if (!(blocker instanceof PostgresSession) || seen.has(blocker)) continue;
        seen.add(blocker);
        if (leadsBack(blocker)) return true;
      }
      path.pop();
      return false;
    };
    if (!leadsBack(session)) return undefined;
    const lines = path.map((each, at) => `Process ${each.pid} waits for ${each.wait?.forWhat ?? ''}; blocked by process ${(path[at + 1] ?? session).pid}.`);
    return new SqlError('40P01', 'deadlock detected', { detail: lines.join('\n'), hint: 'See server log for query details.' });
  }

  #nextReady(): PostgresSession | undefined {
    return this.#waiting.find((session) => session.wait?.ready() === true);
  }

  /** Removes versions that no snapshot can see any more. */
  #sweep(): void {
    let oldest = this.sequence;
    for (const session of this.sessions) oldest = Math.min(oldest, session.oldestSnapshot);
    this.#garbage = this.#garbage.filter(({ table, version, sequence }) => {
      if (sequence > oldest) return true;
      table.remove(version);
      return false;
    });
    this.#sweepAt = Math.max(SMALLEST_HEAP, this.#garbage.length * 2);
  }
}
