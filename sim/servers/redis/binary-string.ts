/**
 * Inside the engine every string is binary: one character a byte, code points 0 to 255, as Redis keeps bytes and knows of no
 * encoding. Text crosses the border as UTF-8.
 */

const NOT_ASCII = /[^\u0000-\u007f]/;

/** The UTF-8 bytes of a text, as a binary string. */
export function toBinary(text: string): string {
  return NOT_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** The text whose UTF-8 bytes these are; what is not UTF-8 becomes U+FFFD. */
export function fromBinary(bytes: string): string {
  return NOT_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}
