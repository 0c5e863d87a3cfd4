/**
 * Redis counts in signed 64-bit integers. Here such an integer is a number while it is exact as one, and a bigint beyond
 * 2^53, so that tokens and counters stay exact to the last unit and the usual ones stay fast.
 */
export type Int64 = number | bigint;

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;
const CANONICAL = /^(?:0|-?[1-9][0-9]*)$/;

/** Reads an integer as strictly as Redis does (no sign `+`, no leading zeros, no spaces); undefined when it is none. */
export function parseInt64(text: string): Int64 | undefined {
  const length = text.length;
  if (length === 0 || length > 20 || !CANONICAL.test(text)) return undefined;
  if (length <= 15) return Number(text);
  return fit(BigInt(text));
}

/** The sum, or undefined when it does not fit in 64 bits. */
export function addInt64(a: Int64, b: Int64): Int64 | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return fit(BigInt(a) + BigInt(b));
}

/** The negative, or undefined for the one integer that has none. */
export function negateInt64(value: Int64): Int64 | undefined {
  return fit(-BigInt(value));
}

/** What C makes of a double when it is cast to a 64-bit integer on x86-64: out of range and NaN become the smallest. */
export function truncateToInt64(value: number): Int64 {
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return whole + 0;
  if (!(whole >= -(2 ** 63) && whole < 2 ** 63)) return MIN;
  return BigInt(whole);
}

function fit(value: bigint): Int64 | undefined {
  if (value < MIN || value > MAX) return undefined;
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}
