import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { parseRecordLines, type RecordLine } from './record-line.js';

/** Follows the file to which one life of a process writes its records, while it writes them. */
export class RecordTail {
  readonly lines: RecordLine[] = [];
  grants = 0;
  operations = 0;
  readonly #file: number;
  readonly #decoder = new StringDecoder('utf8');
  readonly #buffer = Buffer.allocUnsafe(65536);
  readonly #pending = new Map<number, string>();
  readonly #held = new Set<number>();
  #position = 0;
  #rest = '';

  constructor(path: string) {
    this.#file = openSync(path, 'r');
  }

  /** Takes in what was written since the last time. */
  read(): void {
    for (;;) {
      const length = readSync(this.#file, this.#buffer, 0, this.#buffer.length, this.#position);
      if (length === 0) return;
      this.#position += length;
      const { lines, rest } = parseRecordLines(this.#rest + this.#decoder.write(this.#buffer.subarray(0, length)));
      this.#rest = rest;
      for (const line of lines) this.#note(line);
    }
  }

  /** Whether an operation is under way, or a lease is held. */
  busy(): boolean {
    this.read();
    return this.#pending.size > 0 || this.#held.size > 0;
  }

  /** Whether a lease is held: granted, and neither given back nor known to be lost. */
  holding(): boolean {
    this.read();
    return this.#held.size > 0;
  }

  close(): void {
    closeSync(this.#file);
  }

  #note(line: RecordLine): void {
    this.lines.push(line);
    if (line.type === 'invoke') {
      this.operations += 1;
      this.#pending.set(line.id, line.operation);
      if (line.operation === 'release') this.#held.delete(Number(line.args['lease']));
    } else if (line.type === 'complete') {
      if (this.#pending.get(line.id) === 'acquire' && line.status === 'ok') {
        this.grants += 1;
        this.#held.add(line.id);
      }
      this.#pending.delete(line.id);
    } else if (line.type === 'occur' && line.occurrence === 'lost' && line.id !== undefined) {
      this.#held.delete(line.id);
    }
  }
}
