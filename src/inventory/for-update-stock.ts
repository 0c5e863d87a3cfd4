import { wholeNumber } from '../base/options.js';
import { ok, type Outcome } from '../base/outcome.js';
import type { Duration } from '../base/time.js';
import { withoutResult } from '../locks/postgres-answer.js';
import { inTransaction, type TransactionQuery } from '../locks/postgres-transaction.js';
import type { PostgresRefusal, PostgresSession } from '../ports/postgres.js';
import { forUpdateStatements, type ForUpdateStatements } from './for-update-stock.sql.js';
import { IdleSessions } from './idle-sessions.js';
import { PostgresStock, type PostgresStockOptions } from './postgres-stock.js';
import { cameSecond, decidedRow, valueText } from './postgres-stock-row.js';
import type { Decided, Movement, StockAnswer } from './repeated-stock.js';
import type { StaleToken } from './stock.js';

export interface ForUpdateStockOptions extends PostgresStockOptions {
  /** How many idle sessions are kept for further movements. Default 10. */
  readonly idleSessions?: number;
}

/** A sku may have to be opened, and a request of the same id may come first: each once. */
const ROUNDS = 3;

type Decision = Outcome<StockAnswer | 'no row', PostgresRefusal>;

/**
 * Stock as most shops move it: in a transaction that locks the row (SELECT ... FOR UPDATE), decides in the application, and
 * writes. As right as `PostgresStock`, and on the same tables, with these repairs of what is often printed:
 *
 * 1. An absent row is made first: FOR UPDATE of no row locks nothing (P6).
 * 2. The ledger entry and the operation id are part of the transaction, so that it may be repeated.
 * 3. It changes the row that it has locked, by what it read from it then, and nothing that it read before.
 * 4. After whatever went unanswered the session is closed: it may hold the lock (P8).
 *
 * Baskets are those of `PostgresStock`, one statement.
 *
 * The row stays locked for as long as three answers and a flush take, where one statement needs the flush alone. It is here for
 * transactions that must decide in the application, and to be compared with.
 */
export class ForUpdateStock extends PostgresStock {
  readonly #sessions: IdleSessions;
  readonly #sql: ForUpdateStatements;

  constructor(options: ForUpdateStockOptions) {
    super(options);
    this.#sessions = new IdleSessions(this.postgres, wholeNumber('idleSessions', options.idleSessions ?? 10, 0, 1000));
    this.#sql = forUpdateStatements(this.table);
  }

  /** Closes the sessions that are kept. */
  close(): void {
    this.#sessions.close();
  }

  protected override async sendMovement(sku: string, movement: Movement, timeout: Duration): Promise<StockAnswer> {
    // The ledger's primary key finds repeats, which are few: nobody else looks for them.
    let isRepeat = false;
    for (let round = 1; round <= ROUNDS; round += 1) {
      const outcome = await this.#sessions.use(
        (session) => this.#decide(session, sku, movement, isRepeat, timeout),
        // An error that the server told was rolled back; of the rest nobody knows what became.
        (decision) => decision.status === 'ok' || (decision.status === 'refused' && decision.refusal.reason === 'error'),
      );
      if (cameSecond(outcome)) {
        isRepeat = true;
        continue;
      }
      if (outcome.status !== 'ok') return withoutResult(outcome);
      if (outcome.value !== 'no row') return outcome.value;
      const trouble = await this.open([sku], timeout);
      if (trouble !== null) return trouble;
    }
    return { status: 'refused', reason: 'unavailable', message: 'the transaction did not come to its row', transient: true };
  }

  #decide(session: PostgresSession, sku: string, movement: Movement, isRepeat: boolean, timeout: Duration): Promise<Decision> {
    return inTransaction<StockAnswer | 'no row', PostgresRefusal>(session, { timeout }, (query) => this.#transaction(query, sku, movement, isRepeat));
  }

  async #transaction(query: TransactionQuery, sku: string, { operationId, token, change }: Movement, isRepeat: boolean): Promise<Decision> {
    const locked = await query(this.#sql.lock, [sku]);
    if (locked.status !== 'ok') return locked;
    const row = locked.value.rows[0];
    if (row === undefined) return ok('no row');
    const found = { onHand: Number(row[0]), token: BigInt(row[1] ?? 0), sequence: Number(row[2]) };
    const isStale = token !== undefined && token < found.token;
    if (isRepeat || isStale) {
      // Asked only now: a look in the statement that locks would be as old as that, from before its wait (P4).
      const before = await query(this.#sql.before, [sku, operationId]);
      if (before.status !== 'ok') return before;
      const known = before.value.rows[0];
      if (known !== undefined) return ok(decidedRow(known));
    }
    if (isStale) return ok<StaleToken>({ status: 'refused', reason: 'stale-token' });
    const { verdict, delta } = decide(change, found.onHand);
    const moved = verdict === 'moved';
    const after: Decided = { status: 'decided', verdict, onHand: found.onHand + (moved ? delta : 0), sequence: found.sequence + 1, repeated: false };
    const highest = token === undefined ? found.token : token;
    const updated = await query(this.#sql.update, [...[sku, String(after.onHand), String(highest), String(after.sequence)], moved ? String(delta) : null]);
    if (updated.status !== 'ok') return updated;
    const booked = await query(this.#sql.book, [
      ...[sku, operationId, verdict, String(moved ? delta : 0), String(after.onHand), valueText(token), String(after.sequence)],
    ]);
    return booked.status === 'ok' ? ok(after) : booked;
  }
}

function decide(change: Movement['change'], onHand: number): { readonly verdict: string; readonly delta: number } {
  if ('delta' in change) return { verdict: onHand + change.delta >= 0 ? 'moved' : 'insufficient', delta: change.delta };
  return { verdict: change.expected === null || change.expected === onHand ? 'moved' : 'conflict', delta: change.onHand - onHand };
}
