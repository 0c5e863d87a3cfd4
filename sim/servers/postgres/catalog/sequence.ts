import { SqlError } from '../sql-error.js';

const LOGGED_AHEAD = 32;

/** A sequence: no transaction takes back what it has given. */
export class Sequence {
  readonly oid: number;
  readonly name: string;
  readonly start: bigint;
  readonly increment: bigint;
  readonly maximum: bigint;
  #last: bigint;
  #isCalled = false;
  /** How many values more the write-ahead log has already. */
  #logged = 0;

  constructor(oid: number, name: string, options: { readonly start?: bigint; readonly increment?: bigint; readonly maximum?: bigint } = {}) {
    this.oid = oid;
    this.name = name;
    this.increment = options.increment ?? 1n;
    this.maximum = options.maximum ?? 9_223_372_036_854_775_807n;
    this.start = options.start ?? 1n;
    this.#last = this.start;
  }

  next(): bigint {
    const value = this.#isCalled ? this.#last + this.increment : this.#last;
    if (value > this.maximum) throw new SqlError('2200H', `nextval: reached maximum value of sequence "${this.name}" (${this.maximum})`);
    this.#last = value;
    this.#isCalled = true;
    return value;
  }

  set(value: bigint, isCalled: boolean): void {
    this.#last = value;
    this.#isCalled = isCalled;
    this.#logged = 0;
  }

  get position(): { readonly last: bigint; readonly isCalled: boolean } {
    return { last: this.#last, isCalled: this.#isCalled };
  }

  /**
   * What the log must hold after `next`, if it does not already: as in the real one, a position 32 values ahead, so that a
   * crash skips some and repeats none.
   */
  logAhead(): { readonly last: bigint; readonly isCalled: boolean } | undefined {
    this.#logged -= 1;
    if (this.#logged >= 0) return undefined;
    this.#logged = LOGGED_AHEAD;
    const ahead = this.#last + this.increment * BigInt(LOGGED_AHEAD);
    return { last: ahead > this.maximum ? this.maximum : ahead, isCalled: true };
  }

  restart(): void {
    this.set(this.start, false);
  }
}
