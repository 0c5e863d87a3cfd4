import { expect, test } from 'vitest';
import { judges } from '../../../../models/judges/all-judges.js';
import { parseJepsenHistory } from '../../../../models/judges/jepsen-history.js';
import { readHistory } from '../../../../models/judges/read-history.js';

const STALE_READ = `
{:process 0, :type :invoke, :f :write, :value 3}
{:process 0, :type :ok, :f :write, :value 3}
{:process :nemesis, :type :info, :f :start, :value nil}
{:process 1, :type :invoke, :f :read, :value nil}
{:process 2, :type :invoke, :f :cas, :value [3 4]}
{:process 1, :type :ok, :f :read, :value nil}
{:process 2, :type :info, :f :cas, :value [3 4]}`;

const verdict = (model: string, text: string, params = {}) => judges.get(model)?.judge(readHistory(text, params));

test('invocations and completions become operations: ok, refused and unknown', () => {
  const { records } = parseJepsenHistory(STALE_READ);
  expect(records).toMatchObject([
    { id: 0, process: '0', operation: 'write', args: { value: 3 }, invoke: 0, return: 1000, status: 'ok' },
    { id: 3, process: '1', operation: 'read', invoke: 3000, return: 5000, status: 'ok', value: { value: null } },
    { id: 4, operation: 'cas', args: { from: 3, to: 4 }, status: 'unknown' },
  ]);
});

test('a read of what had been overwritten is invalid, alone or in a vector, with tags or without', () => {
  for (const text of [STALE_READ, `[${STALE_READ}]`, STALE_READ.replaceAll('\n{', '\n#jepsen.history.Op{')]) {
    expect(verdict('register', text)).toMatchObject({ verdict: 'invalid', operations: 3 });
  }
  expect(verdict('register', STALE_READ)?.reason).toContain('a read had to answer 3');
  expect(verdict('register', STALE_READ.replace(':ok, :f :read, :value nil', ':ok, :f :read, :value 4'))).toMatchObject({ verdict: 'valid' });
});

test('an info may have happened long after, a fail never did', () => {
  const text = (type: string) => `
{:process 0, :type :invoke, :f :write, :value 1}
{:process 0, :type ${type}, :f :write, :value 1}
{:process 1, :type :invoke, :f :read, :value nil}
{:process 1, :type :ok, :f :read, :value nil}
{:process 1, :type :invoke, :f :read, :value nil}
{:process 1, :type :ok, :f :read, :value 1}`;
  expect(verdict('register', text(':info'))).toMatchObject({ verdict: 'valid' });
  expect(verdict('register', text(':fail'))).toMatchObject({ verdict: 'invalid' });
});

test('keys of jepsen.independent are told from the two values of a cas', () => {
  const keyed = `
{:process 0, :type :invoke, :f :write, :value [:x 1], :index 10}
{:process 0, :type :ok, :f :write, :value [:x 1], :index 11}
{:process 0, :type :invoke, :f :cas, :value [:y [1 2]], :index 12}
{:process 0, :type :fail, :f :cas, :value [:y [1 2]], :index 13}`;
  expect(parseJepsenHistory(keyed).records).toMatchObject([
    { key: 'x', id: 10 },
    { key: 'y', args: { from: 1, to: 2 }, status: 'refused' },
  ]);
  expect(parseJepsenHistory('{:process 0, :type :invoke, :f :cas, :value [1 2]}').records).toMatchObject([{ key: '', args: { from: 1, to: 2 } }]);
});

test('locks by their processes, counters, semaphores with permits', () => {
  const lines = (...steps: readonly (readonly [number, string])[]) =>
    steps.flatMap(([process, f]) => ['invoke', 'ok'].map((type) => `{:process ${process}, :type :${type}, :f :${f}, :value nil}`)).join('\n');
  expect(verdict('lock', lines([0, 'acquire'], [0, 'release'], [1, 'acquire']))).toMatchObject({ verdict: 'valid' });
  expect(verdict('lock', lines([0, 'acquire'], [1, 'acquire']))).toMatchObject({ verdict: 'invalid' });
  expect(verdict('lock', lines([0, 'acquire'], [0, 'release'], [0, 'release']))).toMatchObject({ verdict: 'invalid' });
  expect(verdict('semaphore', lines([0, 'acquire'], [1, 'acquire']), { permits: 2 })).toMatchObject({ verdict: 'valid' });
  expect(() => verdict('semaphore', lines([0, 'acquire']))).toThrow('params.permits is missing');
});

test('what is no history is told by its line', () => {
  expect(() => parseJepsenHistory('{:process 0, :type :ok, :f :read, :value 1}')).toThrow('line 1: process 0 ends an operation (:ok) that it has not invoked');
  expect(() => parseJepsenHistory('\n{:process 0, :type :what, :f :read}')).toThrow('line 2: :type must be');
  expect(() => parseJepsenHistory('42')).toThrow('line 1: expected a map');
});
