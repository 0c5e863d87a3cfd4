import { expect, test } from 'vitest';
import { leavesFailedTransaction, transactionCommand } from '../../../../../sim/wire/postgres/transaction-command.js';

test.each([
  ['begin', { kind: 'begin', tag: 'BEGIN', modes: '' }],
  [' -- x\n/* y */ BEGIN WORK;', { kind: 'begin', tag: 'BEGIN', modes: '' }],
  ['start transaction isolation level serializable, read only', { kind: 'begin', tag: 'START TRANSACTION', modes: 'isolation level serializable, read only' }],
  ['COMMIT', { kind: 'end' }],
  ['end work', { kind: 'end' }],
  ['abort', { kind: 'end' }],
  ['rollback transaction to savepoint a', { kind: 'block-only', name: 'ROLLBACK TO SAVEPOINT' }],
  ['rollback and no chain', { kind: 'end' }],
  ['commit and chain', { kind: 'block-only', name: 'COMMIT AND CHAIN' }],
  ['abort work and chain', { kind: 'block-only', name: 'ROLLBACK AND CHAIN' }],
  ['savepoint a', { kind: 'block-only', name: 'SAVEPOINT' }],
  ['release savepoint a', { kind: 'block-only', name: 'RELEASE SAVEPOINT' }],
  ["commit prepared 'x'", undefined],
  ['select 1 -- begin', undefined],
  ['beginning', undefined],
  ['set transaction read only', undefined],
])('%j', (text, command) => {
  expect(transactionCommand(text)).toEqual(command);
});

test('a failed transaction is left by its end, or by going back in it', () => {
  const texts = ['commit', 'rollback', 'rollback to a', 'commit and chain', 'savepoint a', 'release a', 'begin', 'select 1'];
  expect(texts.filter(leavesFailedTransaction)).toEqual(texts.slice(0, 4));
});
