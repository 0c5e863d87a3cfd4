import type { Worker } from 'node:worker_threads';
import { startWorker } from '../start-worker.js';
import { UserInputError } from '../user-input-error.js';
import type { SearchJob, SearchReport } from './search-job.js';

/** A seed that took this long of real time will not end: an endless loop in the code under test, most likely. */
const PATIENCE_MS = 30_000;

/** Runs are short and leave much garbage: with room for it, nearly all of it is dead when the collector comes. */
const YOUNG_GENERATION = { maxYoungGenerationSizeMb: 64 };

/** The run of a seed never gave its thread back. */
export class EndlessRunError extends Error {
  override readonly name = 'EndlessRunError';
  constructor(readonly seed: number) {
    super(`seed ${seed} did not end within ${PATIENCE_MS / 1000} s of real time: an endless loop in the code under test?`);
  }
}

/** One worker thread, one job at a time, under a watchdog. */
export class SearchThread {
  private readonly worker: Worker;
  private waiting: { resolve: (report: SearchReport) => void; reject: (error: Error) => void } | null = null;
  private watchdog: NodeJS.Timeout | null = null;
  private seed = -1;

  constructor() {
    this.worker = startWorker(new URL('./search-worker.ts', import.meta.url), { resourceLimits: YOUNG_GENERATION });
    this.worker.on('message', (report: SearchReport) => this.hear(report));
    this.worker.on('error', (error: Error) => this.settle((waiting) => waiting.reject(error)));
    this.worker.on('exit', (code) =>
      this.settle((waiting) => waiting.reject(new Error(`a search thread ended by itself with code ${code} in seed ${this.seed}`))),
    );
  }

  async do(job: SearchJob): Promise<SearchReport> {
    const answer = this.next();
    this.worker.postMessage(job);
    return answer;
  }

  async stop(): Promise<void> {
    this.waiting = null;
    this.rest();
    await this.worker.terminate();
  }

  private next(): Promise<SearchReport> {
    this.watch();
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  private hear(report: SearchReport): void {
    if (report.kind === 'began') {
      this.seed = report.seed;
      this.watchdog?.refresh();
    } else if (report.kind === 'failed') {
      this.settle((waiting) => waiting.reject(report.userInput ? new UserInputError(report.message) : new Error(report.message)));
    } else {
      this.settle((waiting) => waiting.resolve(report));
    }
  }

  private settle(how: (waiting: NonNullable<SearchThread['waiting']>) => void): void {
    const { waiting } = this;
    this.waiting = null;
    this.rest();
    if (waiting !== null) how(waiting);
  }

  private watch(): void {
    this.watchdog = setTimeout(() => this.settle((waiting) => waiting.reject(new EndlessRunError(this.seed))), PATIENCE_MS);
  }

  private rest(): void {
    if (this.watchdog !== null) clearTimeout(this.watchdog);
    this.watchdog = null;
  }
}
