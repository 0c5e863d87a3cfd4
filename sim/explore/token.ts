import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { UserInputError } from '../user-input-error.js';

const CHECK_DIGITS = 8;

/** Text as one word for a command line: the prefix (`hf1.`), a checksum, and the text, packed. */
export function packToken(prefix: string, text: string): string {
  const packed = deflateRawSync(Buffer.from(text), { level: 9 }).toString('base64url');
  return `${prefix}${checksum(packed)}.${packed}`;
}

/** The text of a token. Throws a `UserInputError` with one line when it is damaged; `instead` is what else may be given. */
export function unpackToken(prefix: string, token: string, instead = ''): string {
  const [, check, packed] = /^([0-9a-f]+)\.([A-Za-z0-9_-]+)$/.exec(token.trim().startsWith(prefix) ? token.trim().slice(prefix.length) : '') ?? [];
  try {
    if (check !== undefined && packed !== undefined && check === checksum(packed)) return inflateRawSync(Buffer.from(packed, 'base64url')).toString();
  } catch {
    // The same as below: no token of ours.
  }
  if (/^h[fp]1\./.test(token.trim()) && !token.trim().startsWith(prefix)) {
    const cure =
      prefix === 'hp1.'
        ? 'it is one of "holdfast sim": give it to "holdfast replay"'
        : 'it is one of a simulated test: give it to that test in HOLDFAST_REPLAY';
    throw new UserInputError(`this is a replay token of another kind: ${cure}`);
  }
  throw new UserInputError(`the replay token is damaged: copy it whole, from "${prefix}" to its last character${instead}`);
}

const checksum = (packed: string): string => createHash('sha256').update(packed).digest('hex').slice(0, CHECK_DIGITS);
