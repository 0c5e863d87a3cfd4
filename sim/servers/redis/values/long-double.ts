/**
 * The 80-bit floating point of x86, in which INCRBYFLOAT and HINCRBYFLOAT add: 64 bits of mantissa, rounded half to even.
 * A value is `mantissa * 2^exponent`.
 */
export interface LongDouble {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const PRECISION = 64;
const MAX_EXPONENT = 16384;
/** Redis writes these numbers with 17 decimals and strips the zeros. */
const DECIMALS = 17;
const DECIMAL = /^([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?$/;

/** Reads a decimal number; undefined when the text is none or out of range. */
export function parseLongDouble(text: string): LongDouble | 'infinite' | undefined {
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return 'infinite';
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', power = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const exponent10 = Number(power) - fraction.length;
  if (digits === 0n) return { mantissa: 0n, exponent: 0 };
  if (Math.abs(exponent10) > 6000) return undefined;
  const value = exponent10 >= 0 ? round(digits * 10n ** BigInt(exponent10), 0, false) : divide(digits, 10n ** BigInt(-exponent10));
  return isFinite(value) ? value : undefined;
}

/** The sum, or undefined when it is beyond the largest long double. */
export function addLongDouble(a: LongDouble, b: LongDouble): LongDouble | undefined {
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  const value = round(sum, exponent, false);
  return isFinite(value) ? value : undefined;
}

/** C's `%.17Lf` without the zeros at its end. */
export function formatLongDouble({ mantissa, exponent }: LongDouble): string {
  const scaled = mantissa * 10n ** BigInt(DECIMALS);
  const units = exponent >= 0 ? scaled << BigInt(exponent) : roundedShift(scaled, -exponent);
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(DECIMALS + 1, '0');
  const text = `${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`.replace(/\.?0+$/, '');
  return negative && text !== '0' ? `-${text}` : text;
}

function divide(dividend: bigint, divisor: bigint): LongDouble {
  const shift = Math.max(0, PRECISION + 2 + bitLength(divisor) - bitLength(dividend));
  const scaled = dividend << BigInt(shift);
  return round(scaled / divisor, -shift, scaled % divisor !== 0n);
}

/** Rounds to 64 bits. `sticky`: something smaller than the last bit was cut off. */
function round(value: bigint, exponent: number, sticky: boolean): LongDouble {
  const excess = bitLength(value) - PRECISION;
  if (excess <= 0) return { mantissa: value, exponent };
  const negative = value < 0n;
  const size = negative ? -value : value;
  const shift = BigInt(excess);
  const rest = size & ((1n << shift) - 1n);
  const half = 1n << (shift - 1n);
  let mantissa = size >> shift;
  if (rest > half || (rest === half && (sticky || (mantissa & 1n) === 1n))) mantissa += 1n;
  return { mantissa: negative ? -mantissa : mantissa, exponent: exponent + excess };
}

function roundedShift(value: bigint, by: number): bigint {
  const negative = value < 0n;
  const size = negative ? -value : value;
  const shift = BigInt(by);
  const rest = size & ((1n << shift) - 1n);
  const half = 1n << (shift - 1n);
  let result = size >> shift;
  if (rest > half || (rest === half && (result & 1n) === 1n)) result += 1n;
  return negative ? -result : result;
}

function bitLength(value: bigint): number {
  return (value < 0n ? -value : value).toString(2).length;
}

function isFinite(value: LongDouble): boolean {
  return bitLength(value.mantissa) + value.exponent <= MAX_EXPONENT;
}
