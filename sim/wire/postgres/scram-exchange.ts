import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { fatal, PostgresHangUp } from './postgres-failure.js';

/** What a server keeps instead of a password. */
export interface ScramVerifier {
  readonly salt: Buffer;
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

const ITERATIONS = 4096;
const KEY_LENGTH = 32;
/** Base64 of `n,,` and `y,,`: no channel binding. */
const BINDINGS: Readonly<Record<string, string>> = { n: 'biws', y: 'eSws' };

export function scramVerifier(password: string, salt: Buffer): ScramVerifier {
  const salted = pbkdf2Sync(prepared(password), salt, ITERATIONS, KEY_LENGTH, 'sha256');
  return { salt, iterations: ITERATIONS, storedKey: sha256(hmac(salted, 'Client Key')), serverKey: hmac(salted, 'Server Key') };
}

/** The server's side of SCRAM-SHA-256 (RFC 5802, 7677), without channel binding. Throws a `PostgresHangUp` at what is no SCRAM. */
export class ScramExchange {
  readonly #verifier: ScramVerifier;
  readonly #ownNonce: string;
  #binding = '';
  #nonce = '';
  #clientFirst = '';
  #serverFirst = '';

  /** `nonce`: printable, without commas, never used before. */
  constructor(verifier: ScramVerifier, nonce: string) {
    this.#verifier = verifier;
    this.#ownNonce = nonce;
  }

  /** Answers the client's first message. */
  first(message: string): string {
    const [, binding = '', bare = '', nonce = ''] = /^([ny]),,(n=[^,]*,r=([!-+\--~]+)(?:,[^]*)?)$/.exec(message) ?? malformed();
    this.#binding = BINDINGS[binding] ?? '';
    this.#clientFirst = bare;
    this.#nonce = nonce + this.#ownNonce;
    this.#serverFirst = `r=${this.#nonce},s=${this.#verifier.salt.toString('base64')},i=${this.#verifier.iterations}`;
    return this.#serverFirst;
  }

  /** Answers its last one; undefined: the password is wrong. */
  last(message: string): string | undefined {
    const [, bare = '', binding, nonce, proof = ''] = /^(c=([^,]*),r=([^,]*)(?:,[^,]*)*),p=([^,]*)$/.exec(message) ?? malformed();
    if (nonce !== this.#nonce) throw invalid('Nonce does not match.');
    if (binding !== this.#binding) throw invalid('The channel binding is not what the client began with.');
    const said = `${this.#clientFirst},${this.#serverFirst},${bare}`;
    const signature = hmac(this.#verifier.storedKey, said);
    const given = Buffer.from(proof, 'base64');
    if (given.length !== KEY_LENGTH) throw invalid('Malformed proof in client-final-message.');
    const clientKey = given.map((byte, index) => byte ^ (signature[index] ?? 0));
    if (!timingSafeEqual(sha256(clientKey), this.#verifier.storedKey)) return undefined;
    return `v=${hmac(this.#verifier.serverKey, said).toString('base64')}`;
  }
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** The steps of SASLprep (RFC 4013) that change a password: all spaces are one, some characters are nothing, then NFKC. */
function prepared(password: string): string {
  return password
    .replace(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu, ' ')
    .replace(/\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu, '')
    .normalize('NFKC');
}

function malformed(): never {
  throw fatal('08P01', 'malformed SCRAM message');
}

const invalid = (detail: string): PostgresHangUp => new PostgresHangUp({ severity: 'FATAL', sqlstate: '08P01', message: 'invalid SCRAM response', detail });
