/**
 * Alea, the generator by Johannes Baagøe, number for number as in the package seedrandom, of which the unit test convinces
 * itself. Here it is a small object instead of seven closures: a world has a generator for each label, and a campaign
 * thousands of worlds a second.
 */
export class Alea {
  private s0: number;
  private s1: number;
  private s2: number;
  private carry = 1;

  constructor(seed: string) {
    const hash = new Mash();
    this.s0 = hash.of(' ');
    this.s1 = hash.of(' ');
    this.s2 = hash.of(' ');
    this.s0 = wrapped(this.s0 - hash.of(seed));
    this.s1 = wrapped(this.s1 - hash.of(seed));
    this.s2 = wrapped(this.s2 - hash.of(seed));
  }

  /** 32 random bits, as a signed whole number. */
  int32(): number {
    const sum = 2091639 * this.s0 + this.carry * TWO_TO_MINUS_32;
    this.s0 = this.s1;
    this.s1 = this.s2;
    this.carry = sum | 0;
    this.s2 = sum - this.carry;
    return (this.s2 * TWO_TO_32) | 0;
  }
}

const TWO_TO_32 = 4294967296;
const TWO_TO_MINUS_32 = 1 / TWO_TO_32;

const wrapped = (fraction: number): number => (fraction < 0 ? fraction + 1 : fraction);

/** Turns texts into fractions, each depending on all texts before it. */
class Mash {
  private state = 0xefc8249d;

  of(text: string): number {
    let state = this.state;
    for (let at = 0; at < text.length; at++) {
      state += text.charCodeAt(at);
      let product = 0.02519603282416938 * state;
      state = product >>> 0;
      product = (product - state) * state;
      state = product >>> 0;
      state += (product - state) * TWO_TO_32;
    }
    this.state = state;
    return (state >>> 0) * TWO_TO_MINUS_32;
  }
}
