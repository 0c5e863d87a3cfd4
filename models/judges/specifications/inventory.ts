import type { OperationRecord } from '../../history.js';
import { quantityOf } from '../../stock-fields.js';
import { attemptsAsOne } from '../attempts.js';
import { canonical } from '../canonical.js';
import { EXPIRE } from '../implied-ends.js';
import { valueWords } from '../operation-words.js';
import { defineModel, type SequentialModel } from '../sequential-model.js';
import { byLedger, type LedgerRules } from '../shortcuts/by-ledger.js';

export interface InventoryState {
  readonly onHand: number;
  /** Units of each living reservation. They are on hand, and not available. */
  readonly reserved: Readonly<Record<string, number>>;
}

/**
 * The stock of one sku (the key), `params.stock` units at first.
 *
 * `sell` or `take` and `restock` move args.quantity units (1 when absent). `reserve` holds args.quantity units for
 * args.reservation, until value.validUntil where that is given: from then on the reservation may run out. `commit` sells
 * what is reserved; `release` gives it back, and is nothing when the reservation is over. `read` and `audit` answer
 * value.onHand, value.available, or both. Attempts with one args.operationId are one operation. Who is refused with the
 * reason `insufficient` or `sold-out` must have found too few units, and a commit refused as `expired` no reservation.
 */
export const inventory: SequentialModel<InventoryState> = defineModel<InventoryState>({
  name: 'inventory',
  about: 'No unit is sold or reserved that is not there; what is on hand is what came in less what was sold.',
  operations: ['sell', 'take', 'restock', 'reserve', 'commit', 'release', 'read', 'audit'],
  effectOf: (record) => canonical([record.operation, quantityOf(record), record.args['reservation']]),
  init: ({ stock = 0 }) => ({ onHand: stock, reserved: {} }),
  step(state, record) {
    const next = moved(state, record);
    return next === undefined || !isAsAnswered(next, record) ? undefined : next;
  },
  mayRefuse(state, record) {
    const reason = record.value['reason'];
    if (reason === 'insufficient' || reason === 'sold-out') return availableOf(state) < quantityOf(record);
    return reason !== 'expired' || heldFor(state, record) === undefined;
  },
  prepare: (operations) => withEndsOfReservations(attemptsAsOne(operations.filter(isOfStock))),
  describe: ({ onHand, reserved }) => {
    const held = Object.values(reserved).reduce((sum, units) => sum + units, 0);
    return `${onHand} ${onHand === 1 ? 'unit is' : 'units are'} on hand${held === 0 ? '' : `, ${held} of them reserved`}`;
  },
  expected(state, record) {
    if (record.operation === 'read' || record.operation === 'audit') return `it had to answer ${state.onHand}`;
    const available = availableOf(state);
    return available < quantityOf(record) ? `no more than ${available} could be had` : `it had to answer ${moved(state, record)?.onHand ?? state.onHand}`;
  },
  shortcut: (operations, params) => byLedger(inventory, ledgerRules, operations, inventory.init(params)),
});

const ledgerRules: LedgerRules<InventoryState> = {
  changing: new Set(['sell', 'take', 'restock']),
  observing: new Set(['read', 'audit']),
  amount: ({ onHand }) => onHand,
};

/** Locks have a release too. */
const isOfStock = ({ operation, args }: OperationRecord): boolean => operation !== 'release' || args['reservation'] !== undefined;

const availableOf = ({ onHand, reserved }: InventoryState): number => Object.values(reserved).reduce((left, units) => left - units, onHand);

const reservationOf = ({ args }: OperationRecord): string => valueWords(args['reservation'] ?? '');
const heldFor = ({ reserved }: InventoryState, record: OperationRecord): number | undefined => reserved[reservationOf(record)];

/** The state after the operation, whatever it answered; undefined when there are too few units for it. */
function moved(state: InventoryState, record: OperationRecord): InventoryState | undefined {
  const quantity = quantityOf(record);
  const held = heldFor(state, record);
  switch (record.operation) {
    case 'sell':
    case 'take':
      return availableOf(state) < quantity ? notNow(state, record) : { ...state, onHand: state.onHand - quantity };
    case 'restock':
      return { ...state, onHand: state.onHand + quantity };
    case 'reserve':
      if (availableOf(state) < quantity || held !== undefined) return notNow(state, record);
      return { ...state, reserved: { ...state.reserved, [reservationOf(record)]: quantity } };
    case 'commit':
      return held === undefined ? notNow(state, record) : { onHand: state.onHand - held, reserved: without(state, record) };
    case 'release':
    case EXPIRE:
      return held === undefined ? state : { ...state, reserved: without(state, record) };
    default:
      return state;
  }
}

/** Unanswered, it may have been refused. */
const notNow = (state: InventoryState, { status }: OperationRecord): InventoryState | undefined => (status === 'unknown' ? state : undefined);

function without({ reserved }: InventoryState, record: OperationRecord): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(reserved).filter(([id]) => id !== reservationOf(record)));
}

function isAsAnswered(state: InventoryState, { status, value }: OperationRecord): boolean {
  if (status !== 'ok') return true;
  const { onHand, available } = value;
  return (typeof onHand !== 'number' || onHand === state.onHand) && (typeof available !== 'number' || available === availableOf(state));
}

function withEndsOfReservations(operations: readonly OperationRecord[]): readonly OperationRecord[] {
  return operations.flatMap((record) => {
    const end = record.value['validUntil'];
    if (record.operation !== 'reserve' || record.status !== 'ok' || typeof end !== 'number') return [record];
    const expiry: OperationRecord = {
      type: 'operation',
      id: -1 - record.id,
      process: record.process,
      operation: EXPIRE,
      key: record.key,
      args: { reservation: reservationOf(record), lease: record.id },
      invoke: Math.max(end, record.invoke),
      status: 'unknown',
      value: {},
      event: record.event,
    };
    return [record, expiry];
  });
}
