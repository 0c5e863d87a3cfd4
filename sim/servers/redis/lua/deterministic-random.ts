/**
 * The 48-bit generator behind `math.random` in Redis. It begins the same in each server, on every machine, and goes on from script
 * to script.
 */
export class DeterministicRandom {
  // The state in two halves of 24 bits, so that each product below is exact.
  #high = 0x1234ab;
  #low = 0xcd330e;

  /** `seed`: a 32-bit integer. */
  seed(seed: number): void {
    const unsigned = seed >>> 0;
    this.#high = unsigned >>> 8;
    this.#low = ((unsigned & 0xff) << 16) | 0x330e;
  }

  /** A fraction from 0 up to but not including 1. */
  next(): number {
    const low = this.#low * 0xece66d + 0xb;
    const carry = Math.floor(low / 0x1000000);
    this.#high = (this.#high * 0xece66d + this.#low * 0x5de + carry) % 0x1000000;
    this.#low = low % 0x1000000;
    const bits = this.#high * 128 + (this.#low >>> 17);
    return (bits % 0x7fffffff) / 0x7fffffff;
  }
}
