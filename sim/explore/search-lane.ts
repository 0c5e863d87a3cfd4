import { assert } from '../../src/base/assert.js';
import type { SearchJob, SearchReport, SearchSetup, SeedSummary } from './search-job.js';
import { EndlessRunError, SearchThread } from './search-thread.js';

/**
 * A thread for one job after the other, and for one campaign after the other: starting one takes longer than many a search.
 * A job that never ends costs the thread, and the next job gets a new one.
 */
export class SearchLane {
  private thread: SearchThread | null = null;
  private setup: SearchSetup | null = null;
  /** Whether the thread has been given the setup. */
  private isOpen = false;

  /** What the next jobs are about. */
  use(setup: SearchSetup): void {
    this.setup = setup;
    this.isOpen = false;
  }

  /** Runs seeds; when one of them never ends, that is all that is told. */
  async search(seeds: readonly number[]): Promise<readonly SeedSummary[]> {
    try {
      const report = await this.do({ kind: 'search', seeds });
      return report.kind === 'searched' ? report.summaries : [];
    } catch (error) {
      if (!(error instanceof EndlessRunError)) throw error;
      return [endless(error)];
    }
  }

  /** Null when the run of some simpler scenario never ends. */
  async shrink(seed: number, property: string): Promise<Extract<SearchReport, { kind: 'shrunk' }> | null> {
    try {
      const report = await this.do({ kind: 'shrink', seed, property });
      return report.kind === 'shrunk' ? report : null;
    } catch (error) {
      if (error instanceof EndlessRunError) return null;
      throw error;
    }
  }

  async close(): Promise<void> {
    const { thread } = this;
    this.thread = null;
    this.isOpen = false;
    await thread?.stop();
  }

  private async do(job: SearchJob): Promise<SearchReport> {
    assert(this.setup !== null, 'a search lane was given a job before it was told what to search with');
    this.thread ??= new SearchThread();
    try {
      if (!this.isOpen) await this.thread.do({ kind: 'open', setup: this.setup });
      this.isOpen = true;
      return await this.thread.do(job);
    } catch (error) {
      await this.close();
      throw error;
    }
  }
}

/** Stands for the digest of a run that never ended. */
export const ENDLESS = 'endless';

const endless = (error: EndlessRunError): SeedSummary => ({
  seed: error.seed,
  digest: ENDLESS,
  events: 0,
  virtualMs: 0,
  violated: [{ property: 'no-unexpected-error', message: error.message }],
  faults: {},
  reached: [],
  inapplicable: [],
  budget: null,
});
