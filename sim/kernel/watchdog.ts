import { executionAsyncId } from 'node:async_hooks';
import { Script } from 'node:vm';

const HOOK = Symbol.for('holdfast.watched');
const script = new Script(`globalThis[Symbol.for('holdfast.watched')]()`, { filename: 'holdfast-watchdog' });

/**
 * How many watches there are, each a quarter later than the one before. V8 breaks off once for each, and Node swallows that
 * when it comes while it notes a rejected promise: of loops that reject promises, one in twenty went on under one watch.
 */
const WATCHES = 4;

/**
 * Runs `work` and says whether it came to its end within `ms` real milliseconds. An endless loop, of statements or of
 * microtasks that `work` drains, is broken off where it stands: not even its `finally` blocks run.
 *
 * It is V8 that breaks it off, from a thread of its own: nothing on this thread could.
 */
export function finishesWithin(ms: number, work: () => void): boolean {
  return watched(ms, WATCHES, work);
}

function watched(ms: number, watches: number, work: () => void): boolean {
  let isDone = true;
  const inner = watches === 1 ? work : () => void (isDone = watched(ms, watches - 1, work));
  const hooks = globalThis as Record<symbol, unknown>;
  const outer = hooks[HOOK];
  hooks[HOOK] = inner;
  try {
    script.runInThisContext({ timeout: Math.ceil(ms * (1 + (watches - 1) / 4)) });
    return isDone;
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  } finally {
    hooks[HOOK] = outer;
  }
}

/**
 * To be called at the end of a macrotask in which work was broken off, with the `executionAsyncId` of its begin. What was
 * broken off inside a nextTick callback has left its entry on Node's stack of async contexts, and Node would abort the
 * process over it; only an uncaught exception makes Node clear that stack.
 */
export function mendAsyncContext(idAtBegin: number): void {
  if (executionAsyncId() === idAtBegin) return;
  const others = process.rawListeners('uncaughtException') as ((error: Error) => void)[];
  process.removeAllListeners('uncaughtException');
  process.once('uncaughtException', () => {
    for (const other of others) process.on('uncaughtException', other);
  });
  throw new Error('an endless loop was broken off');
}
