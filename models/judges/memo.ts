/** The operations of those that may have happened that are used up, the latest first. */
export interface UsedPossible {
  readonly index: number;
  /** How many there are. */
  readonly count: number;
  readonly before: UsedPossible | null;
}

/**
 * How much of what can come of a configuration is looked at: `next` is what happened for certain, as the next one;
 * `all` is that, and also what may have happened. Whoever has looked at the next promises to look at all, should it come to that.
 */
export type Extent = 'next' | 'all';

interface Visit {
  readonly used: UsedPossible | null;
  extent: Extent;
}

const BYTES_OF_AN_ENTRY = 120;
const BYTES_OF_A_CHARACTER = 2;

/** Remembers exactly which configurations a search has been in: the set of operations in the order, and the state. */
export class Memo {
  private readonly inOrder: Uint8Array;
  private readonly inUse: Uint8Array;
  /** The first operation that is not in the order. */
  private low = 0;
  /** After the last one that is. */
  private high = 0;
  /** For each set and state, the visits there, which had used up different ones of what may have happened. */
  private readonly known = new Map<string, Visit[]>();
  private bytes = 0;
  /** How many comparisons were made: long lists of visits take time, though no memory. */
  private comparisons = 0;
  size = 0;

  constructor(
    certain: number,
    possible: number,
    private readonly memoryBytes: number,
  ) {
    this.inOrder = new Uint8Array(certain + 1);
    this.inUse = new Uint8Array(possible);
  }

  get isFull(): boolean {
    return this.bytes > this.memoryBytes || this.comparisons > this.memoryBytes;
  }

  add(certain: number): void {
    this.inOrder[certain] = 1;
    while (this.inOrder[this.low] === 1) this.low += 1;
    if (certain >= this.high) this.high = certain + 1;
  }

  remove(certain: number): void {
    this.inOrder[certain] = 0;
    if (certain < this.low) this.low = certain;
    while (this.high > 0 && this.inOrder[this.high - 1] === 0) this.high -= 1;
  }

  use(possible: number): void {
    this.inUse[possible] = 1;
  }

  unuse(possible: number): void {
    this.inUse[possible] = 0;
  }

  /**
   * Whether a visit to the present set with this state can bring nothing new: somebody has been there, or is, with no more
   * used up than `used`, which is what is marked as in use. If not, it is being visited from now on.
   */
  knows(state: number, used: UsedPossible | null, extent: Extent): boolean {
    const key = this.keyOf(state);
    const visits = this.known.get(key);
    if (visits === undefined) {
      this.known.set(key, [{ used, extent }]);
      this.grow(BYTES_OF_AN_ENTRY + BYTES_OF_A_CHARACTER * key.length);
      return false;
    }
    for (const visit of visits) {
      if (!this.isInUse(visit.used, used)) continue;
      const isSame = (visit.used?.count ?? 0) === (used?.count ?? 0);
      // One that has used less keeps its promise for both; the very same one is told to keep it now.
      if (extent === 'next' || visit.extent === 'all' || !isSame) return true;
      visit.extent = 'all';
      return false;
    }
    visits.push({ used, extent });
    this.grow(BYTES_OF_AN_ENTRY);
    return false;
  }

  private grow(bytes: number): void {
    this.size += 1;
    this.bytes += bytes;
  }

  private isInUse(other: UsedPossible | null, used: UsedPossible | null): boolean {
    for (let one = other; one !== null && one !== used; one = one.before) {
      this.comparisons += 1;
      if (this.inUse[one.index] === 0) return false;
    }
    return true;
  }

  /** All before `low` are in the order, none from `high` on: what is between is written out, sixteen to a character. */
  private keyOf(state: number): string {
    let key = `${state} ${this.low} `;
    for (let from = this.low; from < this.high; from += 16) {
      let bits = 0;
      const to = Math.min(from + 16, this.high);
      for (let place = from; place < to; place += 1) bits |= (this.inOrder[place] as number) << (place - from);
      key += String.fromCharCode(bits);
    }
    return key;
  }
}
