import type { CampaignSpec } from './campaign-result.js';

const CHUNK = 8;

/** Hands out the seeds of a campaign, a few at a time, in order. */
export class SeedSource {
  /** How many seeds there are; null when time ends it. */
  readonly total: number | null;
  private readonly first: number;
  private readonly stride: number;
  private taken = 0;
  private isClosed = false;
  private begun: number | null = null;

  constructor(
    private readonly spec: Pick<CampaignSpec, 'firstSeed' | 'extent' | 'shard'>,
    /** Any clock in milliseconds. The time begins to count when the first seeds are taken: loading plug-ins is not searching. */
    private readonly clock: () => number,
  ) {
    const { index, of } = spec.shard ?? { index: 1, of: 1 };
    this.first = spec.firstSeed + index - 1;
    this.stride = of;
    this.total = 'seeds' in spec.extent ? Math.max(0, Math.ceil((spec.extent.seeds - (index - 1)) / of)) : null;
  }

  /** Hands out no more. */
  close(): void {
    this.isClosed = true;
  }

  /** The next few seeds; none when all are taken, or the time is over. */
  take(): number[] {
    const { extent } = this.spec;
    if (this.isClosed) return [];
    this.begun ??= this.clock();
    if ('timeMs' in extent && this.taken > 0 && this.clock() - this.begun >= extent.timeMs) return [];
    const count = Math.min(CHUNK, (this.total ?? Infinity) - this.taken);
    const seeds = Array.from({ length: Math.max(0, count) }, (_, index) => this.first + (this.taken + index) * this.stride);
    this.taken += seeds.length;
    return seeds;
  }
}
