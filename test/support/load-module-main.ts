/** Run as a process of its own by the tests of `sim/load-module.ts`: loads the module of its first argument and tells how it went. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { startWorker } from '../../sim/start-worker.js';
import { defineLock } from '../../sim/define-lock.js';
import { loadModule } from '../../sim/load-module.js';

const [path = '', where] = isMainThread ? process.argv.slice(2) : [workerData as string];

async function load(): Promise<unknown> {
  try {
    const { default: value } = await loadModule(path);
    return { value, sameCopy: (value as { defineLock?: unknown }).defineLock === defineLock };
  } catch (error) {
    return { code: (error as { code?: unknown }).code, message: (error as Error).message };
  }
}

if (!isMainThread) parentPort?.postMessage(JSON.stringify(await load()));
else if (where === 'worker') startWorker(new URL(import.meta.url), { workerData: path }).on('message', (told: string) => console.log(told));
else console.log(JSON.stringify(await load()));
