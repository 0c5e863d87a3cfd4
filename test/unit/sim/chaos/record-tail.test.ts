import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatRecordLine, type RecordLine } from '../../../../sim/chaos/record-line.js';
import { RecordTail } from '../../../../sim/chaos/record-tail.js';

let folder: string;
let file: string;
let tail: RecordTail;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'record-tail-'));
  file = join(folder, 'c1.jsonl');
  writeFileSync(file, '');
  tail = new RecordTail(file);
});

afterEach(() => {
  tail.close();
  rmSync(folder, { recursive: true });
});

const append = (...lines: RecordLine[]): void => appendFileSync(file, lines.map(formatRecordLine).join(''));
const invoke = (id: number, operation: string, args = {}): RecordLine => ({ type: 'invoke', id, at: id, operation, key: 'k', args });
const complete = (id: number, status: 'ok' | 'refused' | 'unknown' = 'ok'): RecordLine => ({ type: 'complete', id, at: id, status, value: {} });

test('it follows the file, over lines that are written in pieces', () => {
  const text = formatRecordLine({ ...(invoke(0, 'read') as Extract<RecordLine, { type: 'invoke' }>), key: 'schlüssel' });
  const bytes = Buffer.from(text);
  const inTheMiddleOfLetter = bytes.indexOf(0xc3) + 1;
  appendFileSync(file, bytes.subarray(0, inTheMiddleOfLetter));
  tail.read();
  expect(tail.lines).toEqual([]);
  appendFileSync(file, bytes.subarray(inTheMiddleOfLetter));
  tail.read();
  expect(tail.lines).toMatchObject([{ key: 'schlüssel' }]);
});

test('it is busy while an answer is awaited or a lease is held', () => {
  expect(tail.busy()).toBe(false);
  append(invoke(0, 'acquire'));
  expect([tail.busy(), tail.holding()]).toEqual([true, false]);
  append(complete(0));
  expect([tail.busy(), tail.holding()]).toEqual([true, true]);
  append(invoke(1, 'release', { lease: 0 }));
  expect([tail.busy(), tail.holding()]).toEqual([true, false]);
  append(complete(1));
  expect(tail.busy()).toBe(false);
});

test('an acquire that was refused holds nothing, nor does one that was lost', () => {
  append(invoke(0, 'acquire'), complete(0, 'refused'));
  expect(tail.busy()).toBe(false);
  append(invoke(1, 'acquire'), complete(1), { type: 'occur', at: 2, occurrence: 'lost', id: 1 });
  expect(tail.holding()).toBe(false);
  expect([tail.grants, tail.operations]).toEqual([1, 2]);
});
