import { isUtf8 } from 'node:buffer';
import { failure, violation } from './postgres-failure.js';

/** Reads the body of one message from its start to its end. Complaints are those of PostgreSQL's `pqformat.c`. */
export class MessageReader {
  readonly #body: Buffer;
  #position = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  byte(): number {
    return this.#body.readUInt8(this.#advance(1, 'no data left in message'));
  }

  int16(): number {
    return this.#body.readInt16BE(this.#advance(2));
  }

  uint16(): number {
    return this.#body.readUInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#body.readInt32BE(this.#advance(4));
  }

  uint32(): number {
    return this.#body.readUInt32BE(this.#advance(4));
  }

  /** A view, not a copy. */
  bytes(length: number): Buffer {
    if (length < 0) throw violation('insufficient data left in message');
    const start = this.#advance(length);
    return this.#body.subarray(start, start + length);
  }

  /** Up to a zero byte. */
  string(): string {
    const end = this.#body.indexOf(0, this.#position);
    if (end < 0) throw violation('invalid string in message');
    const text = textOf(this.#body.subarray(this.#position, end));
    this.#position = end + 1;
    return text;
  }

  rest(): Buffer {
    return this.bytes(this.#body.length - this.#position);
  }

  end(): void {
    if (this.#position !== this.#body.length) throw violation('invalid message format');
  }

  #advance(length: number, otherwise = 'insufficient data left in message'): number {
    const start = this.#position;
    if (start + length > this.#body.length) throw violation(otherwise);
    this.#position = start + length;
    return start;
  }
}

/** UTF-8, or the error that PostgreSQL gives for what is none. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  // The mark for what was no UTF-8 may also be meant.
  if ((text.includes('\ufffd') && !isUtf8(bytes)) || text.includes('\0')) throw invalidText(bytes);
  return text;
}

function invalidText(bytes: Buffer): Error {
  for (let at = 0; at < bytes.length;) {
    const length = lengthAfter(bytes[at] ?? 0);
    const sequence = bytes.subarray(at, at + length);
    if (sequence.length < length || !isUtf8(sequence) || sequence[0] === 0) {
      const shown = [...sequence].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(' ');
      return failure('22021', `invalid byte sequence for encoding "UTF8": ${shown}`);
    }
    at += length;
  }
  return failure('22021', 'invalid byte sequence for encoding "UTF8"');
}

/** How long the sequence is that begins with this byte. */
function lengthAfter(byte: number): number {
  if ((byte & 0xe0) === 0xc0) return 2;
  if ((byte & 0xf0) === 0xe0) return 3;
  return (byte & 0xf8) === 0xf0 ? 4 : 1;
}
