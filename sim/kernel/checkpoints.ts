import { digestText } from './digest.js';

/** The digest after `event` events. */
export interface Checkpoint {
  readonly event: number;
  readonly digest: string;
}

const MOST = 64;
const FINEST = 16;

/**
 * At most 64 digests of a run, evenly spread, so that a replay that goes astray can say between which events. The stride
 * doubles, and every other checkpoint goes, whenever they get too many.
 */
export class Checkpoints {
  /** A power of two. */
  private stride = FINEST;
  private taken: { readonly event: number; readonly high: number; readonly low: number }[] = [];

  /** To be called after each event, with the number of events so far. Cheap unless a checkpoint is due. */
  offer(event: number, { high, low }: { readonly high: number; readonly low: number }): void {
    // Decided by a constant first, as this runs in every event.
    if ((event & (FINEST - 1)) !== 0 || (event & (this.stride - 1)) !== 0) return;
    this.taken.push({ event, high, low });
    if (this.taken.length < MOST) return;
    this.stride *= 2;
    this.taken = this.taken.filter((checkpoint) => checkpoint.event % this.stride === 0);
  }

  all(): readonly Checkpoint[] {
    return this.taken.map(({ event, high, low }) => ({ event, digest: digestText(high, low) }));
  }
}
