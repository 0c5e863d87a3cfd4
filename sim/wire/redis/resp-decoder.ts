import { parseInt64 } from '../../servers/redis/values/int64.js';
import { splitInlineCommand } from './split-inline-command.js';

/** What a client sent is no RESP. `reply` is the line that Redis answers before it closes the connection. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly reply: string;

  constructor(problem: string) {
    super(problem);
    this.reply = `ERR Protocol error: ${problem}`;
  }
}

/** The longest line that is waited for: an inline command, or a count. */
const MAX_LINE = 64 * 1024;
/** `proto-max-bulk-len`, and the most arguments that a command may have. */
const MAX_BULK = 512 * 1024 * 1024;
const MAX_ARGUMENTS = 2 ** 31 - 1;
/** How much a client may send that has not given the password yet. */
const MAX_ARGUMENTS_OF_STRANGERS = 10;
const MAX_BULK_OF_STRANGERS = 16_384;

const LINE_END = 2;
const STAR = 0x2a;
const DOLLAR = 0x24;

/**
 * Bytes in, commands out: arrays of bulk strings and inline commands, however they are cut into chunks. Arguments are binary
 * strings. Its rules, limits and complaints are those of Redis 7.0, the oddities of `strchr` among them.
 */
export class RespDecoder {
  readonly #isStranger: () => boolean;
  #text = '';
  #position = 0;
  /** What came behind `#text`, while that much is missing that looking at it is of no use. */
  #parts: string[] = [];
  #partsLength = 0;
  #needed = 0;
  /** Of the array in hand: its arguments so far, how many are missing, and how long the next is (-1: not known yet). */
  #args: string[] = [];
  #missing = 0;
  #bulkLength = -1;

  /** `isStranger`: whether a password is asked for that the client has not given. */
  constructor(isStranger: () => boolean = () => false) {
    this.#isStranger = isStranger;
  }

  /** Takes in what arrived. The bytes are copied. */
  feed(chunk: Uint8Array): void {
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    if (this.#position === this.#text.length && this.#parts.length === 0) {
      this.#text = text;
      this.#position = 0;
    } else {
      this.#parts.push(text);
      this.#partsLength += text.length;
    }
  }

  /** The next command; undefined until more has arrived. Throws a `ProtocolError`, after which the connection should be closed. */
  next(): string[] | undefined {
    if (!this.#gather()) return undefined;
    while (this.#missing > 0 || this.#position < this.#text.length) {
      const isArray = this.#missing > 0 || this.#text.charCodeAt(this.#position) === STAR;
      const command = isArray ? this.#array() : this.#inline();
      if (command === undefined) return undefined;
      // An empty line, or an empty array: nothing to answer.
      if (command.length > 0) return command;
    }
    return undefined;
  }

  /** Joins what arrived; false while it cannot be enough. */
  #gather(): boolean {
    if (this.#parts.length > 0) {
      if (this.#text.length - this.#position + this.#partsLength < this.#needed) return false;
      this.#text = this.#text.slice(this.#position) + this.#parts.join('');
      this.#position = 0;
      this.#parts = [];
      this.#partsLength = 0;
    }
    this.#needed = 0;
    return true;
  }

  #array(): string[] | undefined {
    if (this.#missing === 0) {
      const count = this.#count('mbulk count');
      if (count === undefined) return undefined;
      this.#missing = this.#argumentCount(count);
      this.#args = [];
    }
    while (this.#missing > 0) {
      if (this.#bulkLength < 0) {
        const count = this.#count('bulk count', DOLLAR);
        if (count === undefined) return undefined;
        this.#bulkLength = this.#lengthOfBulk(count);
      }
      const end = this.#position + this.#bulkLength;
      if (this.#text.length < end + LINE_END) {
        this.#needed = this.#bulkLength + LINE_END;
        return undefined;
      }
      this.#args.push(this.#text.slice(this.#position, end));
      // Redis does not look at what stands where the line break should be.
      this.#position = end + LINE_END;
      this.#bulkLength = -1;
      this.#missing -= 1;
    }
    return this.#args;
  }

  #argumentCount(text: string): number {
    const count = parseInt64(text);
    if (count === undefined || count > MAX_ARGUMENTS) throw new ProtocolError('invalid multibulk length');
    if (count > MAX_ARGUMENTS_OF_STRANGERS && this.#isStranger()) throw new ProtocolError('unauthenticated multibulk length');
    return Math.max(0, Number(count));
  }

  #lengthOfBulk(text: string): number {
    const length = parseInt64(text);
    if (length === undefined || length < 0 || length > MAX_BULK) throw new ProtocolError('invalid bulk length');
    if (length > MAX_BULK_OF_STRANGERS && this.#isStranger()) throw new ProtocolError('unauthenticated bulk length');
    return Number(length);
  }

  /** The text of a count that stands in a line behind its sign; undefined until the line is all there. */
  #count(what: string, sign?: number): string | undefined {
    const start = this.#position;
    const end = this.#find('\r');
    if ((end < 0 ? this.#text.length : end) - start > MAX_LINE) throw new ProtocolError(`too big ${what} string`);
    if (end < 0) return undefined;
    if (end + LINE_END > this.#text.length) return undefined;
    if (sign !== undefined && this.#text.charCodeAt(start) !== sign) {
      throw new ProtocolError(`expected '$', got '${this.#text.charAt(start).replace(/[\r\n]/, ' ')}'`);
    }
    this.#position = end + LINE_END;
    return this.#text.slice(start + 1, end);
  }

  #inline(): string[] | undefined {
    const start = this.#position;
    const end = this.#find('\n');
    // Redis reads 16 kB at a time, and so may let pass a line that ends soon after; here it shall not matter how it is cut.
    if ((end < 0 ? this.#text.length : end) - start > MAX_LINE) throw new ProtocolError('too big inline request');
    if (end < 0) return undefined;
    const line = this.#text.slice(start, end > start && this.#text.charAt(end - 1) === '\r' ? end - 1 : end);
    this.#position = end + 1;
    return splitInlineCommand(line) ?? refuseQuotes();
  }

  /** As `strchr`: nothing is found behind a zero byte. */
  #find(character: '\r' | '\n'): number {
    const at = this.#text.indexOf(character, this.#position);
    const zero = at < 0 ? -1 : this.#text.slice(this.#position, at).indexOf('\0');
    return zero < 0 ? at : -1;
  }
}

function refuseQuotes(): never {
  throw new ProtocolError('unbalanced quotes in request');
}
