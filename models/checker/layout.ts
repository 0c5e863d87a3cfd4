import { cellsOf, sizeOf, type Cell, type Shape } from './shape.js';

/** Where one variable lies in a packed state. */
export interface Slot {
  readonly cell: Cell;
  readonly word: number;
  readonly shift: number;
  readonly bits: number;
  /** How many values there are; they are packed as 0 to `size` - 1. */
  readonly size: number;
}

/** How states of one shape are packed: each variable into as few bits as it needs, none across two words. */
export interface Layout {
  readonly slots: readonly Slot[];
  /** 32-bit words of a state; at least one. */
  readonly words: number;
}

const WORD = 32;

/** Derives the packing: each variable goes to the first word that has room. */
export function layoutOf(shape: Shape): Layout {
  const used: number[] = [0];
  const slots = cellsOf(shape).map((cell) => {
    const size = sizeOf(cell.domain);
    const bits = size <= 1 ? 0 : WORD - Math.clz32(size - 1);
    if (size > 2 ** 31) throw new RangeError(`${cell.field} has ${size} values: a variable has at most 2^31`);
    let word = used.findIndex((taken) => taken + bits <= WORD);
    if (word === -1) word = used.push(0) - 1;
    const shift = used[word] ?? 0;
    used[word] = shift + bits;
    return { cell, word, shift: shift % WORD, bits, size };
  });
  return { slots, words: used.length };
}
