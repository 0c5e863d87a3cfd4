import { expect, test } from 'vitest';
import type { OccurrenceRecord, OperationRecord } from '../../../../models/history.js';
import { formatHistory, parseHistory } from '../../../../models/history-file.js';
import { mutualExclusion } from '../../../../properties/mutual-exclusion.js';
import { mergeHistory, type Life } from '../../../../sim/chaos/merge-history.js';
import type { RecordLine } from '../../../../sim/chaos/record-line.js';

const invoke = (id: number, at: number, operation: string, args = {}): RecordLine => ({ type: 'invoke', id, at, operation, key: 'k', args });
const complete = (id: number, at: number, value = {}): RecordLine => ({ type: 'complete', id, at, status: 'ok', value });
const usual = { restarted: false, startedAt: 0, crashedAt: null };
const life = (process: string, lines: readonly RecordLine[], more: Partial<Life> = {}): Life => ({ process, lines, ...usual, ...more });

const operations = (lives: readonly Life[]): OperationRecord[] => mergeHistory(lives, [], {}).records.filter((record) => record.type === 'operation');
const occurrences = (lives: readonly Life[]): OccurrenceRecord[] => mergeHistory(lives, [], {}).records.filter((record) => record.type === 'occurrence');

test('operations are in order of invocation and numbered by it, with answers where there were any', () => {
  const merged = operations([
    life('c1', [invoke(0, 10, 'acquire'), complete(0, 40), invoke(1, 50, 'release', { lease: 0 })]),
    life('c2', [invoke(0, 20, 'acquire'), invoke(1, 30, 'read'), complete(1, 35)]),
  ]);
  expect(merged.map(({ id, process, operation }) => [id, process, operation])).toEqual([
    [0, 'c1', 'acquire'],
    [1, 'c2', 'acquire'],
    [2, 'c2', 'read'],
    [3, 'c1', 'release'],
  ]);
  expect(merged[0]).toMatchObject({ invoke: 10, return: 40, status: 'ok', event: null });
  expect(merged[1]?.return).toBeUndefined();
  expect(merged[1]?.status).toBe('unknown');
});

test('what refers to a lease refers to it by its new number, each life by its own', () => {
  const lost: RecordLine = { type: 'occur', at: 102, occurrence: 'lost', id: 0 };
  const lives = [
    life('c1', [invoke(0, 1, 'read')]),
    life('c2', [invoke(0, 2, 'acquire'), complete(0, 3)], { crashedAt: 50 }),
    life('c2', [invoke(0, 100, 'acquire'), complete(0, 101), lost, invoke(1, 103, 'release', { lease: 0 })], { restarted: true, startedAt: 60 }),
  ];
  const { records } = mergeHistory(lives, [], {});
  const acquire = records.find((record) => record.type === 'operation' && record.invoke === 100) as OperationRecord;
  expect(acquire.id).toBe(2);
  expect(records.find((record) => record.type === 'occurrence' && record.occurrence === 'lost')).toMatchObject({ id: 2 });
  expect(records.find((record) => record.type === 'operation' && record.operation === 'release')).toMatchObject({ args: { lease: 2 } });
});

test("an argument called lease of somebody else's operation is left alone", () => {
  expect(operations([life('c1', [invoke(0, 1, 'read'), invoke(1, 2, 'sell', { lease: 7 })])])[1]?.args).toEqual({ lease: 7 });
});

test('a crash is not before the last record of the life that it ended, and a restart begins the next', () => {
  const lives = [life('c1', [invoke(0, 10, 'acquire'), complete(0, 25)], { crashedAt: 20 }), life('c1', [], { restarted: true, startedAt: 40 })];
  expect(occurrences(lives).map(({ occurrence, at }) => [occurrence, at])).toEqual([
    ['crash', 25],
    ['restart', 40],
  ]);
});

test('a lease whose holder was killed as it was granted is over when the next one begins', () => {
  const forever = { token: null, validUntil: null };
  const killed = life('c1', [invoke(0, 10, 'acquire'), complete(0, 25, forever)], { crashedAt: 20 });
  const next = life('c2', [invoke(0, 11, 'acquire'), complete(0, 26, forever)]);
  expect(mutualExclusion.check(mergeHistory([killed, next], [], {}))).toBeNull();
  const alive = life('c1', killed.lines);
  expect(mutualExclusion.check(mergeHistory([alive, next], [], {}))).not.toBeNull();
});

test('what the conductor did is in it, and the whole can be written and read', () => {
  const history = mergeHistory(
    [life('c1', [invoke(0, 10, 'acquire')])],
    [
      { occurrence: 'heal', at: 5 },
      { occurrence: 'end', at: 30 },
    ],
    { ttlMs: 500 },
  );
  expect(history.records.map((record) => (record.type === 'occurrence' ? record.occurrence : record.operation))).toEqual(['heal', 'acquire', 'end']);
  expect(parseHistory(formatHistory(history))).toEqual(history);
});
