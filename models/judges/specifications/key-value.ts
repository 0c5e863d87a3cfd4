import type { HistoryValue, OperationRecord } from '../../history.js';
import { valueWords } from '../operation-words.js';
import { defineModel } from '../sequential-model.js';
import { register } from './register.js';

/**
 * A key-value store: a register for each key, with the names that stores have: `get` (value.value), `put` (args.value),
 * `delete`, `append` (args.value, to a text) and `cas` (args.from, args.to). A key that is not there holds null.
 */
export const keyValue = defineModel<HistoryValue>({
  name: 'key-value',
  about: 'A get answers what was put under its key last; keys have nothing to do with each other.',
  operations: ['get', 'put', 'delete', 'append', 'cas', 'read', 'write'],
  init: () => null,
  step: (held, record) => (record.operation === 'append' ? appended(held, record) : register.step(held, asRegister(record))),
  describe: (held) => (held === null ? 'the key is not there' : register.describe(held)),
  expected: (held, record) => register.expected?.(held, asRegister(record)) ?? '',
  effectOf: (record) => `${record.operation === 'append' ? 'append' : ''}${register.effectOf?.(asRegister(record)) ?? ''}`,
  shortcut: (operations, params) =>
    operations.some(({ operation }) => operation === 'append') ? null : (register.shortcut?.(operations.map(asRegister), params) ?? null),
});

const appended = (held: HistoryValue, { args }: OperationRecord): HistoryValue => `${held === null ? '' : valueWords(held)}${valueWords(args['value'])}`;

function asRegister(record: OperationRecord): OperationRecord {
  switch (record.operation) {
    case 'get':
      return { ...record, operation: 'read' };
    case 'put':
      return { ...record, operation: 'write' };
    case 'delete':
      return { ...record, operation: 'write', args: { value: null } };
    default:
      return record;
  }
}
