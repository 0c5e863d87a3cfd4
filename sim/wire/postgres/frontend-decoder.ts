import { PostgresHangUp } from './postgres-failure.js';

/** A message as it stands on the wire: its type as a character, and what it holds. */
export interface Frame {
  readonly type: string;
  readonly body: Buffer;
}

/** How long a message of a type may be, its length field included; throws for a type that there is not. */
export type LimitOf = (type: number) => number;

const LENGTH = 4;
const MAX_STARTUP = 10_000;
const MIN_STARTUP = 8;
const EMPTY = Buffer.alloc(0);

/**
 * Bytes in, messages out, however they are cut into chunks. Lengths out of range end the connection without a word, as in
 * PostgreSQL, which writes that into its log only.
 */
export class FrontendDecoder {
  #buffer: Buffer = EMPTY;
  #position = 0;
  /** What came behind `#buffer`, while that much is missing that looking at it is of no use. */
  #parts: Buffer[] = [];
  #available = 0;
  #needed = 0;

  /** Takes in what arrived. The bytes must not change afterwards. */
  feed(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return;
    this.#parts.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#available += chunk.byteLength;
  }

  /** Forgets all that has arrived. */
  clear(): void {
    this.#buffer = EMPTY;
    this.#position = 0;
    this.#parts = [];
    this.#available = 0;
  }

  /** The next packet of those before the startup is done, without its length; undefined until it is all there. */
  startup(): Buffer | undefined {
    if (!this.#has(LENGTH)) return undefined;
    const length = this.#buffer.readUInt32BE(this.#position);
    if (length < MIN_STARTUP || length > MAX_STARTUP + LENGTH) throw new PostgresHangUp(undefined);
    return this.#has(length) ? this.#take(length).subarray(LENGTH) : undefined;
  }

  /** The next message; undefined until it is all there. */
  next(limitOf: LimitOf): Frame | undefined {
    if (!this.#has(1)) return undefined;
    const type = this.#buffer.readUInt8(this.#position);
    const limit = limitOf(type);
    if (!this.#has(1 + LENGTH)) return undefined;
    const length = this.#buffer.readUInt32BE(this.#position + 1);
    if (length < LENGTH || length > limit) throw new PostgresHangUp(undefined);
    if (!this.#has(1 + length)) return undefined;
    return { type: String.fromCharCode(type), body: this.#take(1 + length).subarray(1 + LENGTH) };
  }

  /** The type of the message behind, when that much is here. */
  peek(): string | undefined {
    return this.#has(1) ? String.fromCharCode(this.#buffer.readUInt8(this.#position)) : undefined;
  }

  #has(length: number): boolean {
    if (this.#available < length || this.#available < this.#needed) {
      this.#needed = Math.max(this.#needed, length);
      return false;
    }
    this.#needed = 0;
    if (this.#buffer.length - this.#position >= length) return true;
    this.#buffer = this.#parts.length === 1 && this.#position === this.#buffer.length ? (this.#parts[0] ?? EMPTY) : this.#joined();
    this.#position = 0;
    this.#parts = [];
    return true;
  }

  #joined(): Buffer {
    return Buffer.concat([this.#buffer.subarray(this.#position), ...this.#parts]);
  }

  #take(length: number): Buffer {
    const start = this.#position;
    this.#position += length;
    this.#available -= length;
    return this.#buffer.subarray(start, start + length);
  }
}
