import { textOf } from './message-reader.js';
import { failure, PostgresFailure, violation } from './postgres-failure.js';

const TEXT = 0;
const BINARY = 1;

const integer =
  (size: number, read: (bytes: Buffer) => number | bigint) =>
  (bytes: Buffer): string | undefined =>
    bytes.length < size ? insufficient() : bytes.length > size ? undefined : String(read(bytes));

/** Text for the binary form of a value; undefined when it is none of the type. */
const binary = new Map<number, (bytes: Buffer) => string | undefined>([
  [16, (bytes) => (bytes.length === 0 ? insufficient() : bytes.length > 1 ? undefined : bytes[0] === 0 ? 'f' : 't')],
  [17, (bytes) => `\\x${bytes.toString('hex')}`],
  [20, integer(8, (bytes) => bytes.readBigInt64BE())],
  [21, integer(2, (bytes) => bytes.readInt16BE())],
  [23, integer(4, (bytes) => bytes.readInt32BE())],
  [26, integer(4, (bytes) => bytes.readUInt32BE())],
]);
/** "char" and unknown are not among them; name, text, json, bpchar and varchar are. */
for (const oid of [19, 25, 114, 1042, 1043]) binary.set(oid, textOf);

/** A value of Bind in text format, which is what backends take.. */
export function parameterValue(bytes: Buffer, format: number, oid: number, index: number, portal: string): string {
  try {
    if (format === TEXT) return textOf(bytes);
    if (format !== BINARY) throw failure('22023', `unsupported format code: ${format}`);
    const read = binary.get(oid);
    if (read === undefined) throw failure('0A000', `binary parameters of type ${oid} are not simulated: send it as text`);
    const text = read(bytes);
    if (text === undefined) throw failure('22P03', `incorrect binary data format in bind parameter ${index + 1}`);
    return text;
  } catch (error) {
    if (!(error instanceof PostgresFailure)) throw error;
    const where = `${portal === '' ? 'unnamed portal' : `portal "${portal}"`} parameter $${index + 1}`;
    throw new PostgresFailure({ ...error.problem, where });
  }
}

function insufficient(): never {
  throw violation('insufficient data left in message');
}
