import type { LuaApi } from './lua-module.js';

const POOL_SIZE = 4096;
const POOLED_LENGTH = 64;
const FIRST_SCRATCH = 64 * 1024;

/** Strings in and out of Lua's memory: one byte a character, with no copy but the one. */
export class LuaMemory {
  readonly #api: LuaApi;
  #bytes: Uint8Array;
  #words: Uint32Array;
  #buffer: Buffer;
  #scratch: number;
  #scratchSize = FIRST_SCRATCH;
  /** Where C writes a length for us. */
  readonly lengthPointer: number;
  /** Recently read short strings, by hash: command names and keys come again and again. */
  readonly #pool: string[] = Array<string>(POOL_SIZE).fill('');

  constructor(api: LuaApi) {
    this.#api = api;
    this.#scratch = api.malloc(FIRST_SCRATCH);
    this.lengthPointer = api.malloc(8);
    this.#bytes = new Uint8Array(api.memory.buffer);
    this.#words = new Uint32Array(api.memory.buffer);
    this.#buffer = Buffer.from(api.memory.buffer);
  }

  /** A C string that stays. */
  permanent(text: string): number {
    const pointer = this.#api.malloc(text.length + 1);
    this.#refresh();
    for (let i = 0; i < text.length; i += 1) this.#bytes[pointer + i] = text.charCodeAt(i);
    this.#bytes[pointer + text.length] = 0;
    return pointer;
  }

  /** Writes a string where the next `write` will overwrite it, and returns the place. */
  write(text: string): number {
    const { length } = text;
    if (length > this.#scratchSize) {
      this.#scratchSize = 2 * length;
      this.#scratch = this.#api.malloc(this.#scratchSize);
    }
    if (this.#bytes.length === 0) this.#refresh();
    const bytes = this.#bytes;
    const start = this.#scratch;
    if (length > 256) this.#buffer.write(text, start, length, 'latin1');
    else for (let i = 0; i < length; i += 1) bytes[start + i] = text.charCodeAt(i);
    return start;
  }

  push(L: number, text: string): void {
    this.#api.lua_pushlstring(L, this.write(text), text.length);
  }

  /** The string at a stack index that holds one (or a number, which becomes one in place); undefined for anything else. */
  read(L: number, index: number): string | undefined {
    const pointer = this.#api.lua_tolstring(L, index, this.lengthPointer);
    if (pointer === 0) return undefined;
    if (this.#bytes.length === 0) this.#refresh();
    return this.#decode(pointer, this.#words[this.lengthPointer >> 2] ?? 0);
  }

  #decode(pointer: number, length: number): string {
    if (length > POOLED_LENGTH) return this.#buffer.toString('latin1', pointer, pointer + length);
    const bytes = this.#bytes;
    let hash = length;
    for (let i = 0; i < length; i += 1) hash = (Math.imul(hash, 31) + (bytes[pointer + i] ?? 0)) | 0;
    const slot = hash & (POOL_SIZE - 1);
    const known = this.#pool[slot] ?? '';
    if (known.length === length) {
      let i = 0;
      while (i < length && known.charCodeAt(i) === bytes[pointer + i]) i += 1;
      if (i === length) return known;
    }
    const text = this.#buffer.toString('latin1', pointer, pointer + length);
    this.#pool[slot] = text;
    return text;
  }

  /** Memory that grew is a new buffer, and the old views are empty. */
  #refresh(): void {
    if (this.#bytes.length > 0) return;
    const { buffer } = this.#api.memory;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Uint32Array(buffer);
    this.#buffer = Buffer.from(buffer);
  }
}
