import { expect, test } from 'vitest';
import { systemClock } from '../../../../src/bindings/system-clock.js';
import { after, milliseconds } from '../../../../src/base/time.js';
import { HostClock } from '../../../../sim/chaos/host-clock.js';
import { formatRecordLine, lineRecorder, parseRecordLines, type RecordLine } from '../../../../sim/chaos/record-line.js';

test('what is written can be read, whatever is in it, and a line cut in half is left over', () => {
  const lines: RecordLine[] = [
    { type: 'invoke', id: 0, at: 1, operation: 'sell', key: 'a "key"\nof two lines', args: { token: '9007199254740993', lease: 3 } },
    { type: 'complete', id: 0, at: 2, status: 'ok', value: { validUntil: null } },
  ];
  const text = lines.map(formatRecordLine).join('');
  expect(parseRecordLines(text)).toEqual({ lines, rest: '' });
  const cut = parseRecordLines(text.slice(0, -5));
  expect(cut.lines).toEqual(lines.slice(0, 1));
  expect(parseRecordLines(cut.rest + text.slice(-5)).lines).toEqual(lines.slice(1));
});

test('an invocation has been told before its recorder returns, and ids count from 0', () => {
  const lines: RecordLine[] = [];
  const recorder = lineRecorder(new HostClock(), (line) => void lines.push(line));
  expect(recorder.invoke('acquire', 'k', { ttlMs: 5 })).toBe(0);
  expect(lines).toMatchObject([{ type: 'invoke', id: 0, operation: 'acquire', key: 'k', args: { ttlMs: 5 } }]);
  expect(recorder.invoke('read', 'k', {})).toBe(1);
});

test("the end of a lease is told by the host's clock, never later than it is", () => {
  const lines: RecordLine[] = [];
  const clock = new HostClock();
  const recorder = lineRecorder(clock, (line) => void lines.push(line));
  const id = recorder.invoke('acquire', 'k', {});
  const before = clock.now();
  const end = after(systemClock.now(), milliseconds(500));
  const later = clock.now();
  recorder.complete(id, { status: 'ok', value: { token: '1' }, validUntil: end });
  recorder.complete(id, { status: 'ok', value: { token: '2' }, validUntil: null });
  recorder.complete(id, { status: 'refused', value: {} });
  const values = lines.flatMap((line) => (line.type === 'complete' ? [line.value] : []));
  expect(values[0]?.['validUntil']).toBeLessThanOrEqual(later + 500_000);
  // Between the readings of the two clocks the process may have slept, so no tighter bound from below.
  expect(values[0]?.['validUntil']).toBeGreaterThan(before);
  expect(values.slice(1)).toEqual([{ token: '2', validUntil: null }, {}]);
});

test('clocks of one origin agree across instances', () => {
  const one = new HostClock();
  const other = new HostClock(one.origin);
  const readings = [one.now(), other.now(), one.now()];
  expect(readings).toEqual(readings.toSorted((a, b) => a - b));
});
