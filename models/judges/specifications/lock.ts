import { grantedToken, leaseOf, shownToken } from '../../history-fields.js';
import type { OperationRecord } from '../../history.js';
import { EXPIRE, withImpliedEnds } from '../implied-ends.js';
import { defineModel } from '../sequential-model.js';
import { lockShortcut } from '../shortcuts/lock-turns.js';

export interface LockState {
  /** The id of the acquire that holds it; null when it is free. */
  readonly holder: number | null;
  /** Who that is, for messages. */
  readonly by: string;
  /** The holder's token; null when it has none, or nobody was told. */
  readonly token: bigint | null;
  /** The largest token that was ever granted. */
  readonly newest: bigint | null;
}

/**
 * A lock whose grants carry fencing tokens, each larger than all before it, where they carry any.
 *
 * `acquire` (ok: value.token, and value.validUntil where the lease ends by itself), `extend` and `release` (args.lease, the
 * id of the acquire; else the latest of the same process), and guarded accesses of a register in the lock's own store: a
 * `write` with args.guarded and args.token, which only the present holder may do. A release of a lease that is over frees
 * nobody else's; one of nothing at all cannot be `ok`.
 */
export const lock = defineModel<LockState>({
  name: 'lock',
  about: 'One holder at a time; tokens grow from grant to grant; who extends, or writes under its guard, is the holder.',
  operations: ['acquire', 'extend', 'release', 'write'],
  init: () => ({ holder: null, by: '', token: null, newest: null }),
  step(state, record) {
    const lease = leaseOf(record);
    const isHolder = state.holder !== null && state.holder === lease;
    switch (record.operation) {
      case 'acquire':
        return state.holder === null ? granted(state, record) : undefined;
      case 'extend':
        return isHolder || record.status === 'unknown' ? state : undefined;
      case 'release':
      case EXPIRE:
        return isHolder ? freed(state) : lease === null && record.status === 'ok' ? undefined : state;
      default:
        return record.status === 'unknown' || (state.holder !== null && state.token === shownToken(record)) ? state : undefined;
    }
  },
  prepare: (operations, history) => withImpliedEnds(withoutIdleGrants(operations.filter(isJudged)), history),
  describe({ holder, by, token, newest }) {
    const highest = newest === null ? '' : `, and the newest token is ${newest}`;
    if (holder === null) return `the lock is free${highest}`;
    return `the lock is held by ${by} (operation ${holder}${token === null ? '' : `, token ${token}`})${highest}`;
  },
  expected({ holder, by, newest }, { operation }) {
    if (operation !== 'acquire') return holder === null ? 'nobody could act as its holder' : `only ${by} could act as its holder`;
    if (holder !== null) return `nobody could be granted it before the end of ${by}'s lease`;
    return newest === null ? 'it could be granted to anybody' : `a grant had to carry a token above ${newest}`;
  },
  shortcut: lockShortcut,
});

/** Writes that are not guarded by the lock are none of its business. */
const isJudged = ({ operation, args }: OperationRecord): boolean => operation !== 'write' || (args['guarded'] === true && typeof args['token'] === 'string');

/** An acquire that was never answered matters only when it was extended: else it may as well not have happened, to nobody's loss. */
function withoutIdleGrants(operations: readonly OperationRecord[]): readonly OperationRecord[] {
  const extended = new Set(operations.map((record) => (record.operation === 'extend' ? leaseOf(record) : null)));
  return operations.filter(({ operation, status, id }) => operation !== 'acquire' || status !== 'unknown' || extended.has(id));
}

function granted({ newest }: LockState, record: OperationRecord): LockState | undefined {
  const token = record.status === 'ok' ? grantedToken(record) : null;
  if (token !== null && newest !== null && token <= newest) return undefined;
  return { holder: record.id, by: record.process, token, newest: token ?? newest };
}

const freed = ({ newest }: LockState): LockState => ({ holder: null, by: '', token: null, newest });
