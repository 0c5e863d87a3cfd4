import type { PostgresField, PostgresNotification, PostgresProblem, TransactionStatus } from './postgres-backend.js';
import { typeSize } from './type-size.js';

const INITIAL = 4096;
/** A buffer that has grown beyond this is given back when its contents are taken. */
const KEPT = 1 << 20;
const BYTES_PER_UNIT = 3;

/** The fields of an error in the order of PostgreSQL. */
const problemFields = [
  ...[['C', 'sqlstate'] as const, ['M', 'message'] as const, ['D', 'detail'] as const, ['H', 'hint'] as const, ['W', 'where'] as const],
  ...[['s', 'schema'] as const, ['t', 'table'] as const, ['c', 'column'] as const, ['d', 'dataType'] as const, ['n', 'constraint'] as const],
  ['P', 'position'] as const,
];

/**
 * Messages of the server, one behind the other in one buffer. `flush` marks what is to be sent; `take` gives that, so that
 * one write carries all of it.
 */
export class BackendEncoder {
  #buffer = Buffer.allocUnsafe(INITIAL);
  #length = 0;
  #flushed = 0;
  #start = 0;

  /** What has been written until now may be sent. */
  flush(): void {
    this.#flushed = this.#length;
  }

  /** All that may be sent; undefined when there is nothing. */
  take(): Buffer | undefined {
    if (this.#flushed === 0) return undefined;
    const taken = Buffer.from(this.#buffer.subarray(0, this.#flushed));
    this.#buffer.copyWithin(0, this.#flushed, this.#length);
    this.#length -= this.#flushed;
    this.#flushed = 0;
    if (this.#buffer.length > KEPT && this.#length < INITIAL) this.#resize(INITIAL);
    return taken;
  }

  /** SSL and GSSAPI are not spoken. */
  refuseEncryption(): void {
    this.#bytes(Buffer.from('N'));
  }

  /** The newest version that is spoken, and the options that are not known. */
  negotiateProtocolVersion(version: number, unknownOptions: readonly string[]): void {
    this.#begin('v');
    this.#int32(version);
    this.#int32(unknownOptions.length);
    for (const option of unknownOptions) this.#string(option);
    this.#end();
  }

  /** 0: done; 3: clear text; 10, 11, 12: SASL, its data behind. */
  authentication(kind: number, data: Uint8Array = new Uint8Array()): void {
    this.#begin('R');
    this.#int32(kind);
    this.#bytes(data);
    this.#end();
  }

  parameterStatus(name: string, value: string): void {
    this.#begin('S');
    this.#string(name);
    this.#string(value);
    this.#end();
  }

  backendKeyData(pid: number, secret: number): void {
    this.#begin('K');
    this.#int32(pid);
    this.#int32(secret);
    this.#end();
  }

  readyForQuery(status: TransactionStatus): void {
    this.#begin('Z');
    this.#byte(status.charCodeAt(0));
    this.#end();
  }

  /** ParseComplete `1`, BindComplete `2`, CloseComplete `3`, NoData `n`, EmptyQueryResponse `I`, PortalSuspended `s`. */
  bare(type: '1' | '2' | '3' | 'n' | 'I' | 's'): void {
    this.#begin(type);
    this.#end();
  }

  parameterDescription(oids: readonly number[]): void {
    this.#begin('t');
    this.#int16(oids.length);
    for (const oid of oids) this.#int32(oid);
    this.#end();
  }

  rowDescription(fields: readonly PostgresField[]): void {
    this.#begin('T');
    this.#int16(fields.length);
    for (const { name, typeOid } of fields) {
      this.#string(name);
      // Of which column of which table it comes is not said.
      this.#int32(0);
      this.#int16(0);
      this.#int32(typeOid);
      this.#int16(typeSize(typeOid));
      // No modifier; text format.
      this.#int32(-1);
      this.#int16(0);
    }
    this.#end();
  }

  dataRow(values: readonly (string | null)[]): void {
    this.#begin('D');
    this.#int16(values.length);
    for (const value of values) {
      if (value === null) this.#int32(-1);
      else {
        this.#ensure(4 + value.length * BYTES_PER_UNIT);
        const at = this.#length;
        this.#length += 4;
        this.#buffer.writeInt32BE(this.#text(value), at);
      }
    }
    this.#end();
  }

  commandComplete(tag: string): void {
    this.#begin('C');
    this.#string(tag);
    this.#end();
  }

  error(problem: PostgresProblem): void {
    this.#problem('E', problem, 'ERROR');
  }

  notice(problem: PostgresProblem): void {
    this.#problem('N', problem, 'NOTICE');
  }

  /** An error as clients of version 2 read it. */
  oldError(problem: PostgresProblem): void {
    this.#byte('E'.charCodeAt(0));
    this.#string(`${problem.severity ?? 'ERROR'}:  ${problem.message}\n`);
  }

  notification({ pid, channel, payload }: PostgresNotification): void {
    this.#begin('A');
    this.#int32(pid);
    this.#string(channel);
    this.#string(payload);
    this.#end();
  }

  #problem(type: 'E' | 'N', problem: PostgresProblem, otherwise: string): void {
    const severity = problem.severity ?? otherwise;
    this.#begin(type);
    // The first may be translated, the second never is.
    for (const letter of 'SV') {
      this.#byte(letter.charCodeAt(0));
      this.#string(severity);
    }
    for (const [letter, name] of problemFields) {
      const value = problem[name];
      if (value === undefined) continue;
      this.#byte(letter.charCodeAt(0));
      this.#string(String(value));
    }
    this.#byte(0);
    this.#end();
  }

  #begin(type: string): void {
    this.#byte(type.charCodeAt(0));
    this.#start = this.#length;
    this.#int32(0);
  }

  #end(): void {
    this.#buffer.writeInt32BE(this.#length - this.#start, this.#start);
  }

  #byte(value: number): void {
    this.#ensure(1);
    this.#buffer[this.#length] = value;
    this.#length += 1;
  }

  #int16(value: number): void {
    this.#ensure(2);
    // Counts go up to 65,535.
    this.#length = this.#buffer.writeUInt16BE(value & 0xffff, this.#length);
  }

  #int32(value: number): void {
    this.#ensure(4);
    this.#length = this.#buffer.writeInt32BE(value | 0, this.#length);
  }

  /** With a zero byte behind; one inside would end it sooner. */
  #string(value: string): void {
    this.#ensure(value.length * BYTES_PER_UNIT + 1);
    this.#text(value.includes('\0') ? value.slice(0, value.indexOf('\0')) : value);
    this.#byte(0);
  }

  #text(value: string): number {
    const written = this.#buffer.write(value, this.#length, 'utf8');
    this.#length += written;
    return written;
  }

  #bytes(bytes: Uint8Array): void {
    this.#ensure(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #ensure(more: number): void {
    if (this.#length + more > this.#buffer.length) this.#resize(Math.max(this.#buffer.length * 2, this.#length + more));
  }

  #resize(size: number): void {
    const larger = Buffer.allocUnsafe(size);
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
