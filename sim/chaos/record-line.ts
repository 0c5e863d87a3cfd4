import type { HistoryValue, OccurrenceRecord, OperationRecord } from '../../models/history.js';
import type { Recorder } from '../recorder.js';
import type { HostClock } from './host-clock.js';

/**
 * What one life of a process tells about itself, a line each, by the host's clock. Ids count from 0 in that life only;
 * `mergeHistory` makes one history of many lives.
 */
export type RecordLine =
  | {
      readonly type: 'invoke';
      readonly id: number;
      readonly at: number;
      readonly operation: string;
      readonly key: string;
      readonly args: Readonly<Record<string, HistoryValue>>;
    }
  | {
      readonly type: 'complete';
      readonly id: number;
      readonly at: number;
      readonly status: OperationRecord['status'];
      readonly value: Readonly<Record<string, HistoryValue>>;
    }
  | { readonly type: 'occur'; readonly at: number; readonly occurrence: OccurrenceRecord['occurrence']; readonly id?: number }
  /** The process is about to end because something was thrown that nobody caught. */
  | { readonly type: 'failed'; readonly at: number; readonly message: string };

/**
 * A recorder that has told each line to `write` before it returns: an invocation is out of the process before its request
 * is. Invocations are stamped before the request and answers after it came, so what is recorded is never shorter than what
 * happened.
 */
export function lineRecorder(clock: HostClock, write: (line: RecordLine) => void): Recorder {
  let ids = 0;
  return {
    invoke(operation, key, args) {
      const id = ids;
      ids += 1;
      write({ type: 'invoke', id, at: clock.now(), operation, key, args });
      return id;
    },
    complete(id, { status, value, validUntil }) {
      const at = clock.now();
      const end = validUntil === undefined ? {} : { validUntil: validUntil === null ? null : clock.at(validUntil) };
      write({ type: 'complete', id, at, status, value: { ...value, ...end } });
    },
    occur(occurrence, id) {
      write({ type: 'occur', at: clock.now(), occurrence, ...(id === undefined ? {} : { id }) });
    },
  };
}

export const formatRecordLine = (line: RecordLine): string => `${JSON.stringify(line)}\n`;

/**
 * Reads what processes of ours wrote with `formatRecordLine`. `rest` is what comes after the last whole line: one that is
 * still being written, or that a kill has cut in half (its request was then never sent, or its answer never used).
 */
export function parseRecordLines(text: string): { readonly lines: readonly RecordLine[]; readonly rest: string } {
  const parts = text.split('\n');
  const rest = parts.pop() ?? '';
  return { lines: parts.map((part) => JSON.parse(part) as RecordLine), rest };
}
