import { leaseOf } from '../../history-fields.js';
import type { OperationRecord } from '../../history.js';
import { EXPIRE, withImpliedEnds } from '../implied-ends.js';
import { defineModel } from '../sequential-model.js';

/** Who holds it: the ids of acquires. */
export interface ReadWriteLockState {
  readonly writer: number | null;
  /** In ascending order. */
  readonly readers: readonly number[];
}

/** A read-write lock: `acquire` with args.mode `read` or `write`, `extend` and `release` (args.lease), as with a lock. */
export const readWriteLock = defineModel<ReadWriteLockState>({
  name: 'read-write-lock',
  about: 'Many readers, or one writer alone.',
  operations: ['acquire', 'extend', 'release'],
  init: () => ({ writer: null, readers: [] }),
  step(state, record) {
    const { writer, readers } = state;
    const lease = leaseOf(record);
    const isHolder = lease !== null && (writer === lease || readers.includes(lease));
    if (record.operation === 'acquire') {
      if (writer !== null || (isWrite(record) && readers.length > 0)) return undefined;
      return isWrite(record) ? { writer: record.id, readers } : { writer, readers: [...readers, record.id].sort((one, other) => one - other) };
    }
    if (record.operation === 'extend') return isHolder || record.status === 'unknown' ? state : undefined;
    if (!isHolder) return lease === null && record.status === 'ok' && record.operation !== EXPIRE ? undefined : state;
    return { writer: writer === lease ? null : writer, readers: readers.filter((reader) => reader !== lease) };
  },
  prepare: withImpliedEnds,
  describe({ writer, readers }) {
    if (writer !== null) return `a writer has it (operation ${writer})`;
    return readers.length === 0 ? 'nobody has it' : `readers have it (operations ${readers.join(', ')})`;
  },
  expected: ({ writer, readers }) =>
    writer !== null ? 'nobody could get it before the writer gave it back' : readers.length > 0 ? 'only readers could get it' : 'anybody could get it',
});

const isWrite = ({ args }: OperationRecord): boolean => args['mode'] !== 'read';
