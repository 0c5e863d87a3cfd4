import { parentPort } from 'node:worker_threads';
import { installGuards } from '../kernel/guards.js';
import { installVirtualGlobals } from '../kernel/virtual-globals.js';
import { UserInputError } from '../user-input-error.js';
import type { SearchJob, SearchReport } from './search-job.js';
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

let search: Search | null = null;

async function work(job: SearchJob): Promise<void> {
  if (job.kind === 'open') {
    search = await Search.open(job.setup);
    tell({ kind: 'ready' });
    return;
  }
  if (search === null) throw new Error(`a search thread was asked to ${job.kind} before it had anything to search with`);
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

port.on('message', (job: SearchJob) => void work(job).catch(fail));
