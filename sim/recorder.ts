import type { HistoryValue, OccurrenceRecord } from '../models/history.js';
import type { Instant } from '../src/base/time.js';

/**
 * Where invocations and answers go, as they happen. A simulated world keeps them in memory; a real worker writes each to
 * its parent before the request leaves, so that a kill cannot hide it.
 */
export interface Recorder {
  /** Before the request is sent. Gives the operation's id. */
  invoke(operation: string, key: string, args: Readonly<Record<string, HistoryValue>>): number;
  /** When the answer is in the caller's hands. `validUntil` is an end of a lease by the caller's own clock. */
  complete(id: number, answer: RecordedAnswer): void;
  /** Something that happened to the process, `lost` of a lease for one. */
  occur(occurrence: OccurrenceRecord['occurrence'], id?: number): void;
}

export interface RecordedAnswer {
  readonly status: 'ok' | 'refused' | 'unknown';
  readonly value: Readonly<Record<string, HistoryValue>>;
  /** Only for leases; null when the holder believes in its lease until it releases it. */
  readonly validUntil?: Instant | null;
}

/** One sentence about something thrown. */
export const thrownMessage = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

/** A throw ends the operation as `unknown`, with what was thrown, and goes on to the caller. */
export function recordThrow(recorder: Recorder, id: number, error: unknown): never {
  recorder.complete(id, { status: 'unknown', value: { thrown: thrownMessage(error) } });
  throw error;
}
