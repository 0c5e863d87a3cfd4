import { assert } from '../base/assert.js';
import { parseFencingToken } from '../base/fencing-token.js';
import type { Outcome } from '../base/outcome.js';
import type { PostgresRefusal, PostgresRow, PostgresValue } from '../ports/postgres.js';
import type { BasketTaken } from './basket.js';
import type { LedgerEntry } from './ledger-entry.js';
import type { Decided } from './repeated-stock.js';
import type { StaleToken } from './stock.js';

/** Another request with the same operation id was booked first. */
const UNIQUE_VIOLATION = '23505';

/** Whether a request with the same operation id was booked while this one was on its way: asked again, it finds that. */
export const cameSecond = (answer: Outcome<unknown, PostgresRefusal>): boolean =>
  answer.status === 'refused' && answer.refusal.reason === 'error' && answer.refusal.sqlstate === UNIQUE_VIOLATION;

/** Reads a row of verdict, on hand, sequence, and `first` or `repeated`. */
export function decidedRow(row: PostgresRow): Decided | StaleToken {
  const [verdict, onHand, sequence, time] = row;
  if (verdict === 'stale-token') return { status: 'refused', reason: 'stale-token' };
  assert(typeof verdict === 'string' && typeof onHand === 'string' && typeof sequence === 'string', `a stock statement answered ${JSON.stringify(row)}`);
  return { status: 'decided', verdict, onHand: Number(onHand), sequence: Number(sequence), repeated: time === 'repeated' };
}

/** Reads the rows of a basket: those of `decidedRow`, and the sku. */
export function basketTaken(rows: readonly PostgresRow[]): BasketTaken {
  const decisions = rows.map((row) => ({ sku: row[4] ?? '', answer: decidedRow(row) }));
  const skus = decisions.flatMap(({ sku, answer }) => (answer.status === 'decided' ? [] : [sku]));
  if (skus.length > 0) return { status: 'refused', reason: 'stale-token', skus };
  const lines = decisions.flatMap(({ sku, answer }) => (answer.status === 'decided' ? [{ ...answer, sku }] : []));
  lines.sort((one, other) => (one.sku < other.sku ? -1 : 1));
  const told = lines.map(({ sku, onHand, sequence }) => ({ sku, onHand, sequence }));
  const repeated = lines.some((line) => line.repeated);
  if (lines.every(({ verdict }) => verdict === 'moved')) return { status: 'taken', lines: told, repeated };
  return { status: 'refused', reason: 'insufficient', short: told, repeated };
}

/** Reads a row of on hand now, sequence, delta, on hand after, token, operation id. */
export function ledgerEntry(row: PostgresRow): LedgerEntry {
  const [, sequence, delta, onHand, token, operationId] = row;
  assert(typeof operationId === 'string', `not a ledger entry: ${JSON.stringify(row)}`);
  const ofToken = typeof token === 'string' ? parseFencingToken(token) : null;
  return { operationId, delta: Number(delta), token: ofToken, onHand: Number(onHand), sequence: Number(sequence) };
}

export const valueText = (value: bigint | number | null | undefined): PostgresValue => (value === null || value === undefined ? null : String(value));
