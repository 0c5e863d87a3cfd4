/** Two rolling 32-bit lanes over everything that happened, in order. Not cryptographic: it tells runs apart, it proves nothing. */
export class Digest {
  high = 0x243f6a88 | 0;
  low = 0x85a308d3 | 0;

  /** Takes in a 32-bit integer, such as `hashOf` something. */
  mix(word: number): void {
    const high = Math.imul(this.high ^ word, 0x9e3779b1);
    this.high = (high << 13) | (high >>> 19);
    const low = Math.imul(this.low + word, 0x85ebca6b) ^ this.high;
    this.low = (low << 17) | (low >>> 15);
  }

  /** The digest so far, as 16 hexadecimal digits. */
  get value(): string {
    return digestText(this.high, this.low);
  }
}

/** The two lanes as 16 hexadecimal digits. */
export const digestText = (high: number, low: number): string => hex(high) + hex(low);

/** Words for what is no number, far from the numbers that occur. */
const TRUE = 0x5bd1e995;
const FALSE = 0x27d4eb2f;
const NULL = 0x165667b1;
const NOTHING = 0x61c88647;
const END_OF_FIELDS = 0x3c6ef372;
const LIST = 0x2545f491;
const BYTES = 0x7f4a7c15;

/** Of the name of a stream of draws: what seeds mean depends on it, so it stays as it is. */
export function hashLabel(label: string, seed: number): number {
  return label.length < 20 ? hashCharacters(label, seed) : step(seed, hashCharacters(label, 0));
}

/** Takes an immutable payload (text, whole numbers, booleans, null, bytes, arrays, plain objects) into a 32-bit hash. */
export function hashOf(payload: unknown, seed: number): number {
  switch (typeof payload) {
    case 'string':
      return hashText(payload, seed);
    case 'number':
      return Number.isSafeInteger(payload) ? hashInteger(payload, seed) : hashText(String(payload), seed);
    case 'boolean':
      return step(seed, payload ? TRUE : FALSE);
    case 'bigint':
      return hashText(payload.toString(), seed);
    case 'object':
      if (payload === null) return step(seed, NULL);
      if (Array.isArray(payload)) return hashItems(payload, seed);
      return payload instanceof Uint8Array ? hashBytes(payload, seed) : hashFields(payload as Readonly<Record<string, unknown>>, seed);
    default:
      return step(seed, NOTHING);
  }
}

/** Takes a whole number of up to 53 bits into a hash. */
export function hashInteger(value: number, seed: number): number {
  const low = value | 0;
  return low === value ? step(seed, low) : step(step(seed, low), Math.floor(value / 4294967296));
}

/** From this length on it is cheaper to look a text up: those that messages repeat (commands, keys, owners) are hashed once. */
const LONG = 4;

function hashText(text: string, seed: number): number {
  return text.length < LONG ? hashCharacters(text, seed) : step(seed, hashLongText(text));
}

/** A power of two. */
const SLOTS = 1024;
/** Only a memory of what `hashCharacters` answered, so that no run can tell which texts are in it. */
const knownTexts: string[] = Array.from({ length: SLOTS }, () => '');
const knownHashes = new Int32Array(SLOTS);

/** Each text has one slot, by its length and three of its characters; whichever came last is in it. */
function hashLongText(text: string): number {
  const { length } = text;
  const slot =
    (Math.imul(length, 0x9e5) ^ Math.imul(text.charCodeAt(0), 0x1f3) ^ Math.imul(text.charCodeAt(length - 1), 0x25) ^ text.charCodeAt(length >> 1)) &
    (SLOTS - 1);
  if (knownTexts[slot] === text) return knownHashes[slot] as number;
  const hash = hashCharacters(text, 0);
  knownTexts[slot] = text;
  knownHashes[slot] = hash;
  return hash;
}

function hashCharacters(text: string, seed: number): number {
  const { length } = text;
  let hash = seed ^ length;
  for (let at = 0; at < length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}

function hashItems(items: readonly unknown[], seed: number): number {
  let hash = step(seed, LIST ^ items.length);
  for (let at = 0; at < items.length; at++) {
    const item = items[at];
    // Most of what is sent is a list of texts.
    hash = typeof item === 'string' ? hashText(item, hash) : hashOf(item, hash);
  }
  return hash;
}

function hashBytes(bytes: Uint8Array, seed: number): number {
  let hash = step(seed, BYTES ^ bytes.length);
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash;
}

function hashFields(fields: Readonly<Record<string, unknown>>, seed: number): number {
  let hash = seed;
  // Several times faster than Object.entries; nothing is inherited by a plain object.
  for (const name in fields) hash = hashOf(fields[name], hashText(name, hash));
  // Else { a: { b: 1 }, c: 2 } would be { a: { b: 1, c: 2 } }.
  return step(hash, END_OF_FIELDS);
}

function step(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
