import { byKey } from '../../by-key.js';
import type { OperationRecord } from '../../history.js';
import { ledgerOf, operationIdOf, type LedgerLine } from '../../stock-fields.js';
import { returnOf } from '../../operations.js';
import { about, operationWords, valueWords } from '../operation-words.js';
import type { ObjectVerdict, SequentialModel } from '../sequential-model.js';
import { inKnownOrder } from './known-order.js';

/** What a ledger needs to know of the states of a model. */
export interface LedgerRules<State> {
  /** The operations that the ledger has a line for. */
  readonly changing: ReadonlySet<string>;
  /** Those that change nothing. What is neither makes the ledger useless. */
  readonly observing: ReadonlySet<string>;
  /** What the lines call `onHand`. */
  amount(state: State): number;
}

/**
 * A resource that keeps a ledger says itself in which order its changes happened, and which of the unanswered ones did. The
 * ledger is in an `audit` after them; null when there is none, or more than one.
 */
export function byLedger<State>(
  model: SequentialModel<State>,
  rules: LedgerRules<State>,
  operations: readonly OperationRecord[],
  initial: State,
): ObjectVerdict | null {
  const audits = operations.filter((record) => record.operation === 'audit' && record.status === 'ok' && ledgerOf(record) !== null);
  const [audit] = audits;
  if (audit === undefined || audits.length > 1) return null;
  const changing = operations.filter(({ operation, status }) => rules.changing.has(operation) && status !== 'refused');
  const observers = operations.filter(
    (record) => rules.observing.has(record.operation) || (record.status === 'refused' && rules.changing.has(record.operation)),
  );
  if (changing.length + observers.length !== operations.length) return null;
  if (changing.some((record) => record.status === 'ok' && returnOf(record) >= audit.invoke)) return null;

  const lines = ledgerOf(audit) ?? [];
  const byId = byKey(changing, operationIdOf);
  const changes: OperationRecord[] = [];
  const seen = new Set<string>();
  let amount = rules.amount(initial);
  for (const line of lines) {
    const change = byId.get(line.operationId)?.[0];
    if (change === undefined) return wrong(audit, `has a change ${line.operationId} that nobody asked for, or that was refused`, audit);
    if (seen.has(line.operationId)) return wrong(audit, `has the change ${line.operationId} twice: ${operationWords(change)}`, change);
    seen.add(line.operationId);
    amount += line.change;
    if (line.onHand !== amount) return wrong(audit, `says ${line.onHand} after ${line.operationId}, where its own changes make ${amount}`, change);
    changes.push(change);
  }
  const missing = changing.find((record) => record.status === 'ok' && !seen.has(operationIdOf(record)));
  if (missing !== undefined) return wrong(audit, `lacks a change that was answered ok: ${operationWords(missing)}`, missing);
  if (audit.value['onHand'] !== amount) return wrong(audit, `makes ${amount}, but ${valueWords(audit.value['onHand'])} were there`, audit);
  const answered = observers.filter(({ status }) => status !== 'unknown');
  return disagreement(model, rules, audit, lines, changes, initial) ?? inKnownOrder(model, initial, changes, answered, returnOf(audit));
}

/** The first line that is not what its operation asked for. */
function disagreement<State>(
  model: SequentialModel<State>,
  rules: LedgerRules<State>,
  audit: OperationRecord,
  lines: readonly LedgerLine[],
  changes: readonly OperationRecord[],
  initial: State,
): ObjectVerdict | null {
  let state = initial;
  for (const [place, change] of changes.entries()) {
    const after = model.step(state, change);
    // Left to the one who puts them in order, who says why.
    if (after === undefined) return null;
    const line = lines[place];
    if (line !== undefined && rules.amount(after) - rules.amount(state) !== line.change) {
      return wrong(audit, `has ${line.change} for ${operationWords(change)}, which had to change it by ${rules.amount(after) - rules.amount(state)}`, change);
    }
    state = after;
  }
  return null;
}

function wrong(audit: OperationRecord, problem: string, culprit: OperationRecord): ObjectVerdict {
  const operations = culprit === audit ? [audit] : [audit, culprit];
  return { verdict: 'invalid', reason: `${about(audit.key)}the ledger (operation ${audit.id}) ${problem}`, operations };
}
