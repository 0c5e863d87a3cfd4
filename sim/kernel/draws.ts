import { assert } from '../../src/base/assert.js';
import { Alea } from './alea.js';

/** Answers to particular draws, by label and by the draw's index in that label: what a scenario pins down. */
export type DrawOverrides = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The draws of one label, in order. */
export interface DrawStream {
  /** A whole number from 0 to `bound - 1`. `bound` is a whole number from 1 to 2^32. */
  next(bound: number): number;
}

/**
 * All entropy of a run. Each label has a stream of its own, so that one more draw in one place changes nothing elsewhere;
 * a scenario may override single draws.
 */
export class Draws {
  private readonly streams = new Map<string, LabelledStream>();

  constructor(
    private readonly seed: number,
    private readonly overrides: DrawOverrides = {},
  ) {}

  /** The stream of a label; keep it where draws are frequent. */
  stream(label: string): DrawStream {
    let stream = this.streams.get(label);
    if (stream === undefined) {
      stream = new LabelledStream(`${this.seed}/${label}`, this.overrides[label]);
      this.streams.set(label, stream);
    }
    return stream;
  }

  draw(label: string, bound: number): number {
    return this.stream(label).next(bound);
  }

  /** How many draws each label has answered. */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.streams].map(([label, stream]) => [label, stream.count]));
  }
}

class LabelledStream implements DrawStream {
  count = 0;
  private readonly generator: Alea;

  constructor(
    seed: string,
    private readonly overrides: Readonly<Record<string, number>> | undefined,
  ) {
    this.generator = new Alea(seed);
  }

  next(bound: number): number {
    if (!(bound >= 1 && bound <= 4294967296 && Number.isInteger(bound))) assert(false, `draw: bound ${bound} is not a whole number from 1 to 2^32`);
    // The generator advances under an override too: pinning one draw leaves the later ones of its label as they were.
    const word = this.generator.int32() >>> 0;
    const index = this.count++;
    if (this.overrides !== undefined) {
      const pinned = this.overrides[index];
      if (pinned !== undefined) return pinned % bound;
    }
    // Scales by multiplication; below 2^21 the product is exact, above it high and low halves keep it in integers.
    if (bound <= 2097152) return Math.floor((word * bound) / 4294967296);
    const high = (word >>> 16) * bound;
    const low = (word & 0xffff) * bound;
    return Math.floor((high + Math.floor(low / 65536)) / 65536);
  }
}
