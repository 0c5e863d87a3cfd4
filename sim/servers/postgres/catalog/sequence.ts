import { SqlError } from '../sql-error.js';

/** A sequence: no transaction takes back what it has given. */
export class Sequence {
  readonly oid: number;
  readonly name: string;
  readonly start: bigint;
  readonly increment: bigint;
  readonly maximum: bigint;
  #last: bigint;
  #isCalled = false;

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
  }

  restart(): void {
    this.set(this.start, false);
  }
}
