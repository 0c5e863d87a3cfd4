/**
 * PostgreSQL's hash of texts (Bob Jenkins' lookup3 over their UTF-8 bytes, little-endian), as `hashtext` and
 * `hashtextextended` give it: whoever hashes a key for an advisory lock must get the server's own number.
 */
export function hashText(text: string): number {
  return hash(text, 0n).c | 0;
}

/** The 64-bit form. With seed 0 its low half is `hashText`. */
export function hashTextExtended(text: string, seed: bigint): bigint {
  const { b, c } = hash(text, seed);
  return BigInt.asIntN(64, (BigInt(b >>> 0) << 32n) | BigInt(c >>> 0));
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

function hash(text: string, seed: bigint): { readonly b: number; readonly c: number } {
  const bytes = new TextEncoder().encode(text);
  let a = (0x9e3779b9 + bytes.length + 3923095) | 0;
  let b = a;
  let c = a;
  const mix = (): void => {
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  };
  if (seed !== 0n) {
    a = (a + Number(BigInt.asIntN(32, seed >> 32n))) | 0;
    b = (b + Number(BigInt.asIntN(32, seed))) | 0;
    mix();
  }
  const word = (from: number, count: number): number => {
    let value = 0;
    for (let at = 0; at < count; at += 1) value |= (bytes[from + at] ?? 0) << (8 * at);
    return value;
  };
  let at = 0;
  for (; bytes.length - at >= 12; at += 12) {
    a = (a + word(at, 4)) | 0;
    b = (b + word(at + 4, 4)) | 0;
    c = (c + word(at + 8, 4)) | 0;
    mix();
  }
  a = (a + word(at, 4)) | 0;
  b = (b + word(at + 4, 4)) | 0;
  // The lowest byte of `c` is the length's.
  c = (c + (word(at + 8, 3) << 8)) | 0;
  c = (c ^ b) - rotate(b, 14);
  a = (a ^ c) - rotate(c, 11);
  b = (b ^ a) - rotate(a, 25);
  c = (c ^ b) - rotate(b, 16);
  a = (a ^ c) - rotate(c, 4);
  b = (b ^ a) - rotate(a, 14);
  c = (c ^ b) - rotate(b, 24);
  return { b, c };
}
