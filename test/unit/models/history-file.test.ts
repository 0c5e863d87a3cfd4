import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatHistory, HistoryFileError, parseHistory } from '../../../models/history-file.js';
import { anyLeases } from '../../support/arbitrary-leases.js';
import { HistoryBuilder } from '../../support/history-builder.js';

test('what is written is read back', () => {
  fc.assert(
    fc.property(anyLeases, (history) => {
      expect(parseHistory(formatHistory(history))).toEqual(history);
    }),
  );
});

test('tokens above 2^53 stay exact', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 1], { token: 2n ** 64n + 1n });
  const [record] = parseHistory(formatHistory(history.build())).records;
  expect(record).toMatchObject({ value: { token: '18446744073709551617' } });
});

const header = '{"format":"holdfast-history","version":1,"params":{"ttlMs":500}}';
const acquire = {
  type: 'operation',
  id: 0,
  process: 'c1',
  operation: 'acquire',
  key: 'k',
  args: {},
  invoke: 5,
  return: 6,
  status: 'ok',
  value: { token: '1' },
  event: null,
};
const file = (...records: unknown[]): string => [header, ...records.map((record) => JSON.stringify(record))].join('\n');

test.each([
  ['', 'the history is empty: expected a header line'],
  ['once upon a time', 'history line 1: expected one JSON object'],
  ['{"format":"other"}', 'history line 1: expected the header'],
  ['{"format":"holdfast-history","version":9,"params":{}}', 'has version 9, and only version 1 can be read'],
  ['{"format":"holdfast-history","version":1,"params":{"ttlMs":"500"}}', 'params.ttlMs must be a number'],
  [`${file(acquire)}\n{"type":"oper`, 'history line 3: expected one JSON object on the line (was the file cut off?)'],
  [file([]), 'history line 2: the line must be a JSON object'],
  [file({ ...acquire, type: 'note' }), 'type must be "operation" or "occurrence"'],
  [file({ ...acquire, process: 1 }), 'process must be a string'],
  [file({ ...acquire, key: null }), 'key must be a string'],
  [file({ ...acquire, invoke: 0.5 }), 'invoke must be a whole number'],
  [file({ ...acquire, return: 4 }), 'return must not be before invoke'],
  [file({ ...acquire, return: undefined }), 'an operation without return must have status "unknown"'],
  [file({ ...acquire, status: 'fine' }), 'status must be "ok", "refused" or "unknown"'],
  [file({ ...acquire, value: { token: 1 } }), 'value.token must be a decimal string or null'],
  [file({ ...acquire, args: { token: '0x1' } }), 'args.token must be a decimal string or null'],
  [file({ ...acquire, event: 'e' }), 'event must be a whole number'],
  [file(acquire, { ...acquire, invoke: 6 }), 'history line 3: there are two operations with id 0'],
  [file(acquire, { ...acquire, id: 1, invoke: 3 }), 'history line 3: records must be in order of invoke or at'],
  [file({ type: 'occurrence', occurrence: 'party', process: 'c1', at: 1, event: null }), 'occurrence must be one of lost, crash, restart, heal, end'],
  [file({ type: 'occurrence', occurrence: 'lost', process: 'c1', at: 1, event: null }), 'id of the lost lease must be a whole number'],
])('damaged input is refused in one line that names the place: %#', (text, message) => {
  let caught: unknown;
  try {
    parseHistory(text);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(HistoryFileError);
  expect(String((caught as Error).message)).toContain(message);
  expect(String((caught as Error).message)).not.toContain('\n');
});
