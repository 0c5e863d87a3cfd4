import { parentPort, workerData } from 'node:worker_threads';
import { loadModule } from '../load-module.js';

/** The thread of `probeModule`: loads one module and says that it came to an end, whichever. */
const done = (): void => parentPort?.postMessage('done');
await loadModule(String(workerData)).then(done, done);
