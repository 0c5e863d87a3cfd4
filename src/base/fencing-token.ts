/**
 * A number that grows with every grant of a key. A resource that has seen a token accepts nothing older, so a holder that
 * slept past its lease cannot overwrite its successor. Always a bigint: tokens may pass 2^53, where doubles start to
 * compare equal.
 */
export type FencingToken = bigint;

/** Reads the decimal form in which back ends store tokens. Throws a TypeError for anything else. */
export function parseFencingToken(text: string): FencingToken {
  if (!/^(0|[1-9][0-9]*)$/.test(text)) throw new TypeError(`not a fencing token: ${JSON.stringify(text)}`);
  return BigInt(text);
}
