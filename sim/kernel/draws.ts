import alea from 'seedrandom/lib/alea.js';
import { assert } from '../../src/base/assert.js';
import { hashLabel } from './digest.js';

/** Answers to particular draws, by label and by the draw's index in that label: what a scenario pins down. */
export type DrawOverrides = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The draws of one label, in order. */
export interface DrawStream {
  /** A whole number from 0 to `bound - 1`. `bound` is a whole number from 1 to 2^32. */
  next(bound: number): number;
}

/** So many neighbouring seeds share a generator of seedrandom: making one would be a fifth of what a short run costs. */
const BLOCK = 64;

const words = new Int32Array(2 * BLOCK);
let present = -1;

/** Two words for each seed of the block that this one is in. The last block is kept; what it holds depends on its number alone. */
function wordsAround(seed: number): Int32Array {
  const block = Math.floor(seed / BLOCK);
  if (block !== present) {
    const generator = alea(String(block));
    for (let at = 0; at < words.length; at++) words[at] = generator.int32();
    present = block;
  }
  return words;
}

/**
 * All entropy of a run. It comes from a generator of seedrandom, from which each label has a stream of its own split off,
 * so that one more draw in one place changes nothing elsewhere; a scenario may override single draws.
 */
export class Draws {
  private readonly streams = new Map<string, LabelledStream>();
  private readonly start: number;
  private readonly stride: number;

  constructor(
    seed: number,
    private readonly overrides: DrawOverrides = {},
  ) {
    const at = 2 * (seed % BLOCK);
    const root = wordsAround(seed);
    this.start = root[at] as number;
    this.stride = root[at + 1] as number;
  }

  /** The stream of a label; keep it where draws are frequent. */
  stream(label: string): DrawStream {
    let stream = this.streams.get(label);
    if (stream === undefined) {
      stream = new LabelledStream(scrambled(hashLabel(label, this.start)), scrambled(hashLabel(label, this.stride)), this.overrides[label]);
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

/**
 * A stream that is split off a generator: it counts in strides of its own, and scrambles the count (Steele, Lea and Flood,
 * "Fast splittable pseudorandom number generators", 2014, in 32 bits).
 */
class LabelledStream implements DrawStream {
  count = 0;
  private readonly stride: number;

  constructor(
    private state: number,
    stride: number,
    private readonly overrides: Readonly<Record<string, number>> | undefined,
  ) {
    this.stride = stride | 1;
  }

  next(bound: number): number {
    if (!(bound >= 1 && bound <= 4294967296 && Number.isInteger(bound))) assert(false, `draw: bound ${bound} is not a whole number from 1 to 2^32`);
    // The generator advances under an override too: pinning one draw leaves the later ones of its label as they were.
    this.state = (this.state + this.stride) | 0;
    const word = scrambled(this.state) >>> 0;
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

/** Each bit of the answer depends on each bit of the word, and no two words have the same answer (the finalizer of MurmurHash3). */
function scrambled(word: number): number {
  let bits = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
