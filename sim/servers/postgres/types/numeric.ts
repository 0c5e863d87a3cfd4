import { SqlError } from '../sql-error.js';

const DIVISION_DIGITS = 16;

/** A decimal number of any length: `digits` divided by ten to the power of `scale`. */
export class Numeric {
  readonly digits: bigint;
  readonly scale: number;

  constructor(digits: bigint, scale: number) {
    this.digits = digits;
    this.scale = scale;
  }

  static parse(text: string): Numeric | undefined {
    const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*$/.exec(text);
    if (match === null) return undefined;
    const [, sign, whole = '', fraction = '', exponent = '0'] = match;
    if (whole === '' && fraction === '') return undefined;
    const scale = fraction.length - Number(exponent);
    const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
    return scale >= 0 ? new Numeric(digits, scale) : new Numeric(digits * power(-scale), 0);
  }

  toString(): string {
    if (this.scale === 0) return this.digits.toString();
    const negative = this.digits < 0n;
    const text = (negative ? -this.digits : this.digits).toString().padStart(this.scale + 1, '0');
    const at = text.length - this.scale;
    return `${negative ? '-' : ''}${text.slice(0, at)}.${text.slice(at)}`;
  }

  /** One text for equal numbers, whatever their scale. */
  get key(): string {
    const text = this.toString();
    return this.scale === 0 ? text : text.replace(/\.?0+$/, '');
  }

  compare(other: Numeric): number {
    const scale = Math.max(this.scale, other.scale);
    const a = this.#at(scale);
    const b = other.#at(scale);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  add(other: Numeric): Numeric {
    const scale = Math.max(this.scale, other.scale);
    return new Numeric(this.#at(scale) + other.#at(scale), scale);
  }

  subtract(other: Numeric): Numeric {
    return this.add(other.negate());
  }

  multiply(other: Numeric): Numeric {
    return new Numeric(this.digits * other.digits, this.scale + other.scale);
  }

  /** Division with as many digits as the server gives: at least 16 significant ones, and the scale of either side. */
  divide(other: Numeric): Numeric {
    if (other.digits === 0n) throw new SqlError('22012', 'division by zero');
    const scale = Math.min(1000, Math.max(DIVISION_DIGITS - quotientWeight(this, other) * 4, this.scale, other.scale, 0));
    const numerator = this.digits * power(scale + other.scale + 1);
    const denominator = other.digits * power(this.scale);
    return new Numeric(numerator / denominator, scale + 1).round(scale);
  }

  remainder(other: Numeric): Numeric {
    if (other.digits === 0n) throw new SqlError('22012', 'division by zero');
    const scale = Math.max(this.scale, other.scale);
    return new Numeric(this.#at(scale) % other.#at(scale), scale);
  }

  negate(): Numeric {
    return new Numeric(-this.digits, this.scale);
  }

  /** Half away from zero. */
  round(scale: number): Numeric {
    if (scale >= this.scale) return new Numeric(this.#at(scale), scale);
    const unit = power(this.scale - scale);
    const half = unit / 2n;
    const digits = this.digits < 0n ? -((-this.digits + half) / unit) : (this.digits + half) / unit;
    return scale >= 0 ? new Numeric(digits, scale) : new Numeric(digits * power(-scale), 0);
  }

  floor(): Numeric {
    const unit = power(this.scale);
    const whole = this.digits / unit;
    return new Numeric(this.digits % unit < 0n ? whole - 1n : whole, 0);
  }

  #at(scale: number): bigint {
    return scale === this.scale ? this.digits : this.digits * power(scale - this.scale);
  }
}

function power(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

/** The server counts in groups of four digits: the weight of the quotient's first group, as it estimates it. */
function quotientWeight(a: Numeric, b: Numeric): number {
  const [weightA, firstA] = firstGroup(a);
  const [weightB, firstB] = firstGroup(b);
  return firstA <= firstB ? weightA - weightB - 1 : weightA - weightB;
}

function firstGroup(value: Numeric): readonly [weight: number, group: number] {
  const [whole = '0', fraction = ''] = value.toString().replace('-', '').split('.');
  const padded = whole.padStart(Math.ceil(whole.length / 4) * 4, '0') + fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0');
  let weight = Math.ceil(whole.length / 4) - 1;
  for (let at = 0; at < padded.length; at += 4, weight -= 1) {
    const group = Number(padded.slice(at, at + 4));
    if (group !== 0) return [weight, group];
  }
  return [0, 0];
}
