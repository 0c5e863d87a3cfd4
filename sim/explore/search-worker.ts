import { parentPort, workerData } from 'node:worker_threads';
import { installGuards } from '../kernel/guards.js';
import { installVirtualGlobals } from '../kernel/virtual-globals.js';
import { UserInputError } from '../user-input-error.js';
import type { SearchJob, SearchReport, SearchSetup } from './search-job.js';
import { Search } from './search.js';

/**
 * A thread of a campaign. On its own thread because code under test may never give its thread back: the campaign's watchdog
 * outside can then still say which seed it was.
 */
const port = parentPort;
if (port === null) throw new Error('search-worker runs in a worker thread only');
const tell = (report: SearchReport): void => port.postMessage(report);

installVirtualGlobals();
installGuards();

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  tell({
    kind: 'failed',
    userInput: error instanceof UserInputError,
    message: error instanceof UserInputError ? message : String(error instanceof Error ? error.stack : error),
  });
}

async function work(search: Search, job: SearchJob): Promise<void> {
  if (job.kind === 'shrink') {
    tell({ kind: 'began', seed: job.seed });
    tell({ kind: 'shrunk', seed: job.seed, ...(await search.shrink(job.seed, job.property, () => tell({ kind: 'began', seed: job.seed }))) });
    return;
  }
  const summaries = [];
  for (const seed of job.seeds) {
    tell({ kind: 'began', seed });
    summaries.push(await search.seed(seed));
  }
  tell({ kind: 'searched', summaries });
}

try {
  const search = await Search.open(workerData as SearchSetup);
  port.on('message', (job: SearchJob) => void work(search, job).catch(fail));
  tell({ kind: 'ready' });
} catch (error) {
  fail(error);
}
