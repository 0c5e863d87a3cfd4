import { fatal } from './postgres-failure.js';
import type { LimitOf } from './frontend-decoder.js';

const SMALL = 10_000;
const LARGE = 0x3fff_fffe;
const PASSWORD = 0x70;
const MAX_PASSWORD = 65_535;

const limits = new Map([...'QFBPd'].map((type): [number, number] => [type.charCodeAt(0), LARGE]));
for (const type of 'XCDEHScf') limits.set(type.charCodeAt(0), SMALL);

/** What an authenticated client may send. */
export const messageLimit: LimitOf = (type) => {
  const limit = limits.get(type);
  if (limit === undefined) throw fatal('08P01', `invalid frontend message type ${type}`);
  return limit;
};

/** What a client may send that has been asked for a password, or for the next step of SASL. */
export const responseLimit =
  (what: 'password' | 'SASL'): LimitOf =>
  (type) => {
    if (type !== PASSWORD) throw fatal('08P01', `expected ${what} response, got message type ${type}`);
    return MAX_PASSWORD;
  };
