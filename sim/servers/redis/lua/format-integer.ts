/** C's `%d`, `%u`, `%o`, `%x` and `%X` for 64-bit integers, as `string.format` has them in Redis. */
export function formatInteger(flags: string, width: string, precision: string, kind: string, value: bigint): string {
  const signed = kind === 'd' || kind === 'i';
  const number = signed ? value : BigInt.asUintN(64, value);
  const base = kind === 'o' ? 8 : kind === 'x' || kind === 'X' ? 16 : 10;
  let digits = (number < 0n ? -number : number).toString(base);
  if (precision !== '') {
    const least = Number(precision.slice(1) || '0');
    digits = least === 0 && number === 0n ? '' : digits.padStart(least, '0');
  }
  let prefix = '';
  if (signed) prefix = number < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  else if (flags.includes('#')) {
    if (base === 8 && !digits.startsWith('0')) digits = `0${digits}`;
    if (base === 16 && number !== 0n) prefix = '0x';
  }
  const size = Number(width || '0');
  const missing = size - prefix.length - digits.length;
  if (missing > 0 && flags.includes('0') && !flags.includes('-') && precision === '') digits = '0'.repeat(missing) + digits;
  const text = prefix + digits;
  const sized = flags.includes('-') ? text.padEnd(size) : text.padStart(size);
  return kind === 'X' ? sized.toUpperCase() : sized;
}

/** C's `strtoul` with a base, as `tonumber` has it in Redis: undefined when the whole text is no number. */
export function parseUnsigned(text: string, base: number): number | undefined {
  const match = /^[ \t\n\v\f\r]*([+-]?)(.*?)[ \t\n\v\f\r]*$/s.exec(text);
  const written = match?.[2] ?? '';
  const digits = base === 16 ? written.replace(/^0x(?=[0-9a-f])/i, '') : written;
  if (digits === '') return undefined;
  let value = 0n;
  for (const digit of digits.toLowerCase()) {
    const worth = Number.parseInt(digit, 36);
    if (Number.isNaN(worth) || worth >= base) return undefined;
    value = value * BigInt(base) + BigInt(worth);
  }
  const largest = 2n ** 64n - 1n;
  if (value > largest) return Number(largest);
  return Number(match?.[1] === '-' ? BigInt.asUintN(64, -value) : value);
}
