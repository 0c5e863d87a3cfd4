/** One command of a random sequence. Strings are binary: one character a byte. */
export interface Step {
  readonly args: readonly string[];
  /** Which of the connections sends it. */
  readonly session: number;
  readonly comparison: Comparison;
  /** What it exercises: its command, and each option that it uses. For the table of what was hit. */
  readonly labels: readonly string[];
}

/**
 * How two replies are compared. `exact`; `unordered`: arrays as bags; `pairs`: flat arrays of pairs as bags of pairs; `milliseconds` and
 * `seconds`: positive numbers may differ by as much as two servers' clocks and readings may; `random`: only kind and length; `scan`: the names
 * found, as a bag, whatever the cursor.
 */
export type Comparison = 'exact' | 'unordered' | 'pairs' | 'milliseconds' | 'seconds' | 'random' | 'scan';

/** An integer from 0 to `bound - 1`. */
export type Draw = (bound: number) => number;

/** A small fast generator (mulberry32), so that a sequence is a function of its seed. */
export function drawsFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

export function pick<Item>(draw: Draw, items: readonly Item[]): Item {
  return items[draw(items.length)] as Item;
}
