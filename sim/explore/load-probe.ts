import { once } from 'node:events';
import { startWorker } from '../start-worker.js';
import { UserInputError } from '../user-input-error.js';

const PATIENCE_MS = 20_000;

/**
 * Loads a user's module on a thread of its own first, and throws a `UserInputError` when that does not come to its end: an
 * endless loop at its top level would take this thread, and with it the command, for ever. What else may be wrong with the
 * module is for `loadModule` to say.
 */
export async function probeModule(path: string, patienceMs = PATIENCE_MS): Promise<void> {
  const worker = startWorker(new URL('./load-probe-worker.ts', import.meta.url), { workerData: path, stdout: true, stderr: true });
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), patienceMs);
  try {
    // The thread ends by itself, too, when the module ends its process or waits for ever.
    await Promise.race([once(worker, 'message', { signal: patience.signal }), once(worker, 'exit', { signal: patience.signal })]);
  } catch (error) {
    if (!patience.signal.aborted) return;
    throw new UserInputError(`${path} computes without end while it is loaded: take the endless loop out of its top level`, { cause: error });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
