import type { Node } from 'libpg-query';
import { lockTable } from './catalog/definer.js';
import { definitionTag, runDefinition } from './catalog/run-definition.js';
import type { Sequence } from './catalog/sequence.js';
import type { CompiledStatement } from './compile/statement.js';
import { describeStatement, type StatementDescription } from './describe-statement.js';
import type { Execution, StatementHost } from './execute/execution.js';
import { commandResult, type PostgresAnswer, type PostgresResult, problemOf } from './postgres-answer.js';
import type { PostgresEngine, PostgresEvents } from './postgres-engine.js';
import { safeSnapshot } from './safe-snapshot.js';
import { SessionSettings } from './session-settings.js';
import { NO_BLOCK, SqlError, unsupported } from './sql-error.js';
import { Transaction } from './storage/transaction.js';
import type { Steps, Wait } from './storage/wait.js';
import { TransactionModes } from './transaction-modes.js';
import { runTransactionStatement } from './transaction-statements.js';
import { type SqlType, TEXT } from './types/sql-type.js';
import { runUtility } from './utility.js';

/** One client's connection: its transaction, settings and channels. One statement at a time. */
export class PostgresSession {
  readonly pid: number;
  readonly engine: PostgresEngine;
  readonly settings = new SessionSettings();
  readonly channels = new Set<string>();
  readonly events: PostgresEvents;
  /** The innermost part of the transaction; undefined between transactions. */
  transaction: Transaction | undefined;
  /** A BEGIN has opened it, so that statements do not commit by themselves. */
  isBlock = false;
  hasFailed = false;
  /** Of the transaction in hand, or of the next one. */
  modes = new TransactionModes(this.settings);
  /** What the statement in hand waits for. */
  wait: Wait | undefined;
  /** Where the snapshots of this session stand that are in use. */
  oldestSnapshot = Infinity;
  /** The statement that runs, or ran last; and since when. */
  query = '';
  changedAt: number;
  readonly startedAt: number;
  notifications: { readonly channel: string; readonly payload: string }[] = [];
  readonly host: StatementHost & { transactionStart: number; statementStart: number };
  #isOpen = true;
  #command = 1;
  #steps: Steps<PostgresResult> | undefined;
  #done: ((answer: PostgresAnswer) => void) | undefined;
  #timers: { cancel(): void }[] = [];
  #statementTimer: { cancel(): void } | undefined;
  #idleTimer: { cancel(): void } | undefined;

  constructor(engine: PostgresEngine, pid: number, events: PostgresEvents) {
    this.engine = engine;
    this.pid = pid;
    this.events = events;
    const { now, random } = engine.options;
    this.startedAt = now();
    this.changedAt = this.startedAt;
    this.host = {
      backend: this,
      catalog: engine.catalog,
      locks: engine.locks,
      serialization: engine.serialization,
      server: engine.monitor,
      transactionStart: 0,
      statementStart: 0,
      clock: now,
      random,
      setting: (name) => this.modes.show(name) ?? this.settings.get(name),
      set: (name, value, isLocal) => this.settings.set(name, value, isLocal, this.begun()),
      warn: (message, sqlstate = '01000', severity = 'WARNING') => events.notice?.({ severity, sqlstate, message }),
      notify: (channel, payload) => this.notify(channel, payload),
      refuseWhenReadOnly: (what) => this.modes.refuseWhenReadOnly(what),
      sequenceMoved: (sequence, how) => engine.sequenceMoved(sequence, how, this.begun()),
      lastValues: new Map<Sequence, bigint>(),
      lastSequence: undefined,
    };
  }

  /** A statement runs, or waits. */
  get isBusy(): boolean {
    return this.#steps !== undefined;
  }

  get isInSavepoint(): boolean {
    return this.transaction?.parent !== undefined;
  }

  /** `I` outside of a transaction block, `T` in one, `E` in one that has failed. */
  transactionStatus(): 'I' | 'T' | 'E' {
    return !this.isBlock ? 'I' : this.hasFailed ? 'E' : 'T';
  }

  split(text: string): readonly string[] {
    return this.engine.statements.split(text);
  }

  /** Runs one statement; `done` is called once, at once or when what it had to wait for is over. */
  execute(text: string, params: readonly (string | null)[], done: (answer: PostgresAnswer) => void): void {
    if (!this.#isOpen) throw new Error('a closed PostgreSQL session cannot execute: open a new one');
    if (this.#steps !== undefined) throw new Error('a PostgreSQL session runs one statement at a time: wait for its answer');
    this.#idleTimer?.cancel();
    this.host.statementStart = this.engine.options.now();
    this.changedAt = this.host.statementStart;
    this.query = text;
    this.#done = done;
    this.#steps = this.#statement(text, params);
    const limit = this.settings.microseconds('statement_timeout');
    if (limit > 0) this.#statementTimer = this.engine.options.setTimer(limit, () => this.#interrupt('canceling statement due to statement timeout'));
    this.#step(undefined);
    this.engine.settle();
  }

  /** The types of a statement's parameters and columns, before it runs. */
  describe(text: string, declaredOids: readonly number[]): StatementDescription {
    return describeStatement(this, text, declaredOids);
  }

  /** Ends the statement that runs with 57014. */
  cancel(): void {
    this.#interrupt('canceling statement due to user request');
  }

  /** Ends the session, as an administrator does. */
  terminate(): void {
    this.#endBy(new SqlError('57P01', 'terminating connection due to administrator command', { fatal: true }));
  }

  /** Fails the transaction block for a reason outside of the engine. */
  fail(): void {
    if (!this.isBlock || this.hasFailed) return;
    this.hasFailed = true;
    this.#abortParts(undefined);
    this.engine.settle();
  }

  /** The connection is gone: rolls back, frees every lock. A statement that runs answers nothing more. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const steps = this.#steps;
    this.#endStatement();
    steps?.return(commandResult(''));
    this.rollback();
    this.engine.locks.releaseAll(this);
    this.engine.sessions.delete(this);
    this.engine.settle();
  }

  /** The transaction in hand, begun when there is none. */
  begun(): Transaction {
    if (this.transaction === undefined) {
      this.transaction = new Transaction(this, this.engine.nextTransactionId());
      this.host.transactionStart = this.host.statementStart;
      this.modes = new TransactionModes(this.settings);
      this.#command = 1;
    }
    return this.transaction;
  }

  commit(): void {
    const top = this.transaction?.top;
    const { notifications } = this;
    if (top !== undefined) {
      for (let part = this.transaction; part !== undefined && part !== top; part = part.parent) part.mergeIntoParent();
      try {
        this.engine.committing(top);
      } catch (error) {
        this.rollback();
        throw error;
      }
      top.commit(this.engine.sequence);
    }
    this.#endTransaction();
    for (const { channel, payload } of notifications) {
      for (const session of this.engine.sessions) {
        if (session.channels.has(channel)) this.engine.answer(() => session.events.notify?.({ pid: this.pid, channel, payload }));
      }
    }
  }

  rollback(): void {
    this.#abortParts(undefined);
    this.transaction?.top.abort();
    this.#endTransaction();
  }

  /** ROLLBACK TO: undoes the savepoint's part and all after it, and begins that part anew. */
  rollbackTo(savepoint: Transaction): void {
    this.#abortParts(savepoint);
    savepoint.abort();
    this.transaction = new Transaction(this, this.engine.nextTransactionId(), savepoint.parent, savepoint.savepoint);
    this.hasFailed = false;
  }

  notify(channel: string, payload: string): void {
    const notification = { channel, payload };
    if (this.notifications.some((other) => other.channel === channel && other.payload === payload)) return;
    this.notifications.push(notification);
    this.begun().did({ commit: () => undefined, abort: () => (this.notifications = this.notifications.filter((other) => other !== notification)) });
  }

  /** What it waited for is over. Called by the engine. */
  resume(): void {
    this.#step(undefined);
  }

  /** A statement's execution, with the snapshot that its isolation level gives to it. */
  execution(parameters: Execution['parameters'], needsSnapshot: boolean): Execution {
    const transaction = this.begun();
    this.#command += 1;
    const { isSnapshotKept, isSerializable, isReadOnly } = this.modes;
    const kept = isSnapshotKept && this.oldestSnapshot !== Infinity;
    const sequence = kept ? this.oldestSnapshot : this.engine.sequence;
    if (needsSnapshot) this.oldestSnapshot = sequence;
    if (needsSnapshot && !kept && isSerializable) this.engine.watch(transaction.top, isReadOnly);
    const snapshot = { sequence, transaction, command: this.#command };
    return { host: this.host, transaction, snapshot, isSnapshotKept, parameters, withRows: new Map(), memo: undefined, atEnd: [] };
  }

  #abortParts(until: Transaction | undefined): void {
    for (let part = this.transaction; part !== undefined && part !== part.top && part !== until; part = part.parent) {
      if (part.state === 'active') part.abort();
    }
    // What a failed transaction has locked is free at once, but for the parts before a savepoint that it may go back to.
    if (until === undefined && this.transaction !== undefined && this.transaction === this.transaction.top && this.transaction.state === 'active')
      this.transaction.abort();
  }

  #endTransaction(): void {
    this.transaction = undefined;
    this.isBlock = false;
    this.hasFailed = false;
    this.modes = new TransactionModes(this.settings);
    this.oldestSnapshot = Infinity;
    this.notifications = [];
  }

  *#statement(text: string, params: readonly (string | null)[]): Steps<PostgresResult> {
    const node = this.engine.statements.parse(text);
    if (node === undefined) return commandResult('');
    if ('TransactionStmt' in node) return runTransactionStatement(this, node.TransactionStmt);
    if (this.hasFailed) throw new SqlError('25P02', NO_BLOCK);
    const result = yield* this.#run(text, node, params);
    if (!this.isBlock) this.commit();
    else if (!this.modes.isSnapshotKept) this.oldestSnapshot = Infinity;
    return result;
  }

  *#run(text: string, node: Node, params: readonly (string | null)[]): Steps<PostgresResult> {
    const utility = runUtility(this, node);
    if (utility !== undefined) return yield* utility;
    const transaction = this.begun();
    this.modes.hasQueried = true;
    yield* safeSnapshot(this);
    let compiled = this.engine.statements.compile(text, transaction);
    const writes = compiled?.writes ?? definitionTag(node);
    if (writes !== undefined) this.modes.refuseWhenReadOnly(writes);
    if (compiled === undefined) {
      const tag = yield* runDefinition(this.execution([], true), node, text);
      if (tag === undefined) throw unsupported(`the statement ${Object.keys(node)[0]?.replace(/Stmt$/, '') ?? ''}`);
      return commandResult(tag);
    }
    const decide: Execution = this.execution([], false);
    for (;;) {
      const { version } = this.engine.catalog;
      for (const [table, mode] of compiled.tables) yield* lockTable(decide, table, mode);
      if (version === this.engine.catalog.version) break;
      compiled = this.engine.statements.compile(text, transaction) ?? compiled;
    }
    return yield* this.#query(compiled, params);
  }

  *#query(compiled: CompiledStatement, params: readonly (string | null)[]): Steps<PostgresResult> {
    const types = compiled.parameterTypes;
    if (params.length !== types.length) {
      throw new SqlError('08P01', `bind message supplies ${params.length} parameters, but prepared statement "" requires ${types.length}`);
    }
    const x = this.execution(
      params.map((value, at) => (value === null ? null : (types[at] ?? TEXT).parse(value))),
      true,
    );
    const { count, rows } = yield* compiled.run(x);
    for (let check = x.atEnd.shift(); check !== undefined; check = x.atEnd.shift()) yield* check();
    const shown: SqlType[] = compiled.fields.map(({ type }) => type);
    return {
      command: compiled.command,
      rowCount: count,
      fields: compiled.fields.map(({ name, type }) => ({ name, typeOid: type.oid })),
      rows: compiled.givesRows ? rows.map((row) => row.map((value, at) => (value === null ? null : (shown[at] ?? TEXT).format(value)))) : [],
    };
  }

  #step(error: SqlError | undefined): void {
    const steps = this.#steps;
    if (steps === undefined) return;
    this.#stopTimers();
    this.wait = undefined;
    let answer: PostgresAnswer;
    try {
      const step = error === undefined ? steps.next() : steps.throw(error);
      if (step.done !== true) {
        this.#startWait(step.value);
        return;
      }
      answer = step.value;
    } catch (caught) {
      if (!(caught instanceof SqlError)) throw caught;
      this.#failed();
      answer = { error: problemOf(caught) };
    }
    const done = this.#done;
    this.changedAt = this.engine.options.now();
    this.#endStatement();
    this.#watchIdleness();
    if (done !== undefined) this.engine.answer(() => done(answer));
  }

  #failed(): void {
    if (!this.isBlock) this.rollback();
    else {
      this.hasFailed = true;
      this.#abortInnermost();
    }
  }

  /** An error undoes the innermost part; a savepoint before it keeps what it has. */
  #abortInnermost(): void {
    if (this.transaction?.state === 'active') this.transaction.abort();
  }

  #startWait(wait: Wait): void {
    this.wait = wait;
    this.engine.startWaiting(this);
    const { setTimer } = this.engine.options;
    if (wait.sleepUs !== undefined) this.#timers.push(setTimer(wait.sleepUs, () => this.#wake(undefined)));
    if (wait.sleepUs !== undefined || wait.isLock === false) return;
    const limit = this.settings.microseconds('lock_timeout');
    if (limit > 0) this.#timers.push(setTimer(limit, () => this.#wake(new SqlError('55P03', 'canceling statement due to lock timeout'))));
    const look = (): void => {
      const deadlock = this.engine.deadlockOf(this);
      if (deadlock !== undefined) this.#wake(deadlock);
    };
    this.#timers.push(setTimer(this.settings.microseconds('deadlock_timeout'), look));
  }

  #wake(error: SqlError | undefined): void {
    this.engine.stopWaiting(this);
    this.#step(error);
    this.engine.settle();
  }

  #interrupt(message: string): void {
    if (this.wait !== undefined) this.#wake(new SqlError('57014', message));
  }

  #watchIdleness(): void {
    const limit = this.settings.microseconds(this.isBlock ? 'idle_in_transaction_session_timeout' : 'idle_session_timeout');
    if (limit === 0) return;
    const [sqlstate, why] = this.isBlock ? ['25P03', 'idle-in-transaction timeout'] : ['57P05', 'idle-session timeout'];
    const end = new SqlError(sqlstate, `terminating connection due to ${why}`, { fatal: true });
    this.#idleTimer = this.engine.options.setTimer(limit, () => this.#endBy(end));
  }

  #endBy(reason: SqlError): void {
    if (!this.#isOpen) return;
    this.events.terminate?.(problemOf(reason));
    this.close();
  }

  #stopTimers(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
  }

  #endStatement(): void {
    this.#stopTimers();
    this.#statementTimer?.cancel();
    this.#statementTimer = undefined;
    this.#idleTimer?.cancel();
    this.#idleTimer = undefined;
    this.engine.stopWaiting(this);
    this.wait = undefined;
    this.#steps = undefined;
    this.#done = undefined;
  }
}
