/** How sure a bound is: in 95 of 100 campaigns it is not too low. */
const CONFIDENCE = 0.95;

/**
 * What a clean campaign shows: with 95 % confidence, a seed fails with less than this probability. Exactly, the rate at
 * which `clean` independent seeds would all hold only once in twenty times; the "rule of three" (3 / clean) is its
 * approximation.
 */
export function failureRateBound(clean: number): number {
  if (!Number.isInteger(clean) || clean < 1) throw new RangeError(`a bound needs at least one clean seed, got ${clean}`);
  return -Math.expm1(Math.log1p(-CONFIDENCE) / clean);
}

/** `0 of 4,000: below 0.075 % a seed, 95 %`. */
export function statisticalBound(clean: number): string {
  return `0 of ${clean.toLocaleString('en-US')}: below ${percentageRoundedUp(failureRateBound(clean))} % a seed, ${CONFIDENCE * 100} %`;
}

/** Two significant digits. Up, because an upper bound must not be made smaller; what floating point adds in the 12th digit is not news. */
function percentageRoundedUp(rate: number): string {
  const percentage = rate * 100;
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(percentage)));
  const scale = 10 ** decimals;
  return (Math.ceil(Number((percentage * scale).toPrecision(12))) / scale)
    .toFixed(decimals)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}
