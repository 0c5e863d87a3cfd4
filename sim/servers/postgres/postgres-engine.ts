import { Catalog } from './catalog/catalog.js';
import { Sequence } from './catalog/sequence.js';
import { PostgresSession } from './postgres-session.js';
import type { PostgresProblem } from './postgres-answer.js';
import { type CommitRecord, commitRecord } from './recovery/commit-record.js';
import { Recovery } from './recovery/recovery.js';
import { ServerMonitor } from './server-monitor.js';
import { SqlError } from './sql-error.js';
import { StatementCache } from './statement-cache.js';
import type { Change } from './storage/change.js';
import { HeavyLocks } from './storage/heavy-locks.js';
import type { RowVersion } from './storage/row-version.js';
import { Serialization } from './storage/serialization.js';
import type { Table } from './storage/table.js';
import type { Transaction } from './storage/transaction.js';

export interface PostgresEngineOptions {
  /** The server's wall clock, in whole microseconds since 1970. */
  readonly now: () => number;
  /** Calls back after so many microseconds of the server's own time, unless cancelled. */
  readonly setTimer: (lengthUs: number, callback: () => void) => { cancel(): void };
  /** An integer from 0 to `bound - 1`, for gen_random_uuid() and random(). */
  readonly random: (bound: number) => number;
  /** Which of so many statements that may go on goes first, counted from 0 in the order of coming. The first unless told otherwise. */
  readonly choose?: (count: number) => number;
  /**
   * The write-ahead log: called with what a commit changes before the commit is answered, and with the advance of a sequence
   * before anybody sees its value. Transactions that change nothing are not told.
   */
  readonly onCommit?: (record: CommitRecord) => void;
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
  readonly serialization = new Serialization();
  readonly monitor = new ServerMonitor(this);
  readonly catalog: Catalog;
  readonly statements: StatementCache;
  readonly sessions = new Set<PostgresSession>();
  /** The place of the last commit in the order of commits. */
  sequence = 0;
  #nextPid = FIRST_PID;
  #nextTransaction = 700;
  #waiting: PostgresSession[] = [];
  readonly #answers: (() => void)[] = [];
  readonly #signals: (() => void)[] = [];
  #isAnswering = false;
  #garbage: { readonly table: Table; readonly version: RowVersion; readonly sequence: number }[] = [];
  #sweepAt = SMALLEST_HEAP;
  #recovery: Recovery | undefined;

  constructor(options: PostgresEngineOptions) {
    this.options = options;
    this.catalog = new Catalog({
      garbage: (table, version, sequence) => void this.#garbage.push({ table, version, sequence }),
      writing: (table, { top }, before, after) => {
        if (top.serializable !== undefined) this.serialization.writes(top.serializable, table, before, after);
      },
    });
    this.statements = new StatementCache(this.catalog);
  }

  /**
   * Crash recovery: does again what the record says. For a new engine, with all records in their order, before the first
   * session. Afterwards everything committed is there; order of rows and numbers of backends are not kept.
   */
  replay(record: CommitRecord): void {
    if (this.#nextPid !== FIRST_PID) throw new Error('replay comes before the first session of an engine: make a new one');
    this.#recovery ??= new Recovery(this);
    this.#recovery.apply(record);
    this.settle();
  }

  /** Transactions from now on have higher numbers. */
  recoveredUntil(transactionId: number): void {
    this.#nextTransaction = Math.max(this.#nextTransaction, transactionId);
  }

  /** At its first snapshot a transaction at SERIALIZABLE begins to be watched. */
  watch(transaction: Transaction, isReadOnly: boolean): void {
    const watched = this.serialization.begin(isReadOnly);
    transaction.serializable = watched;
    if (watched === undefined) return;
    transaction.did({ commit: () => this.serialization.commit(watched), abort: () => this.serialization.rollback(watched) });
  }

  /** Gives a transaction its place in the order of commits, and to the log what it changed. Throws 40001 when it may not commit. */
  committing(transaction: Transaction): void {
    if (transaction.serializable !== undefined) this.serialization.prepare(transaction.serializable);
    this.sequence += 1;
    if (transaction.changes.length > 0)
      this.#log(
        transaction.id,
        transaction.changes.map((change) => this.#settled(change)),
      );
  }

  sequenceMoved(sequence: Sequence, how: 'next' | 'set', { top }: Transaction): void {
    if (this.#recovery !== undefined) return;
    // One that nobody else knows yet is logged with its creation, by the whole transaction, whatever savepoint it moved in.
    const isKnown = this.catalog.isCommitted(sequence);
    const moved = how === 'next' && isKnown ? sequence.logAhead() : sequence.position;
    if (moved === undefined) return;
    const change = { kind: 'sequence', sequence: sequence.oid, ...moved } as const;
    if (isKnown) this.#log(top.id, [change]);
    else top.changes.push(change);
  }

  open(events: PostgresEvents = {}): PostgresSession {
    this.#recovery = undefined;
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

  /** Does something when the statement in hand, and all that it sets going, has gone on as far as it can. */
  afterwards(action: () => void): void {
    this.#signals.push(action);
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
    for (let signal = this.#signals.shift(); signal !== undefined; signal = this.#signals.shift()) signal();
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

  /** A sequence that the transaction made or began anew is logged where it stands now. */
  #settled(change: Change): Change {
    const sequence = change.kind === 'sequence' ? this.catalog.withOid(change.sequence) : undefined;
    if (change.kind !== 'sequence' || !(sequence instanceof Sequence)) return change;
    sequence.set(sequence.position.last, sequence.position.isCalled);
    return { ...change, ...sequence.position };
  }

  #log(transactionId: number, changes: readonly Change[]): void {
    if (this.#recovery === undefined) this.options.onCommit?.(commitRecord(transactionId, changes));
  }

  #nextReady(): PostgresSession | undefined {
    const isReady = (session: PostgresSession): boolean => session.wait?.ready() === true;
    const { choose } = this.options;
    if (choose === undefined) return this.#waiting.find(isReady);
    const ready = this.#waiting.filter(isReady);
    return ready[ready.length > 1 ? choose(ready.length) : 0];
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
