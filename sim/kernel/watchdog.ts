import { executionAsyncId } from 'node:async_hooks';
import { Script } from 'node:vm';

const HOOK = Symbol.for('holdfast.watched');
const script = new Script(`globalThis[Symbol.for('holdfast.watched')]()`, { filename: 'holdfast-watchdog' });

/**
 * Runs `work` and says whether it came to its end within `ms` real milliseconds. An endless loop, of statements or of
 * microtasks that `work` drains, is broken off where it stands: not even its `finally` blocks run.
 *
 * It is V8 that breaks it off, from a thread of its own: nothing on this thread could.
 */
export function finishesWithin(ms: number, work: () => void): boolean {
  const hooks = globalThis as Record<symbol, unknown>;
  const outer = hooks[HOOK];
  hooks[HOOK] = work;
  try {
    script.runInThisContext({ timeout: ms });
    return true;
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
