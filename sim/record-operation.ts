import type { HistoryValue } from '../models/history.js';
import type { RecordedOutcome } from './define-workload.js';
import { type Recorder, recordThrow } from './recorder.js';

/** Runs an operation of a workload, with its invocation and its answer in the history. */
export async function recordOperation<Value extends RecordedOutcome>(
  recorder: Recorder,
  operation: string,
  key: string,
  args: Record<string, HistoryValue>,
  run: () => Promise<Value>,
): Promise<Value> {
  const id = recorder.invoke(operation, key, args);
  try {
    const outcome = await run();
    recorder.complete(id, { status: outcome.status, value: outcome.value ?? {} });
    return outcome;
  } catch (error) {
    return recordThrow(recorder, id, error);
  }
}
