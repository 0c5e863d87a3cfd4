/** Messages of a PostgreSQL client, as bytes. Text is UTF-8; `binary` and zero bytes stand for themselves. */
export const message = (type: string, ...parts: readonly (string | Uint8Array)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
};

export const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
export const int32 = (value: number): Buffer => Buffer.from([value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]);
export const binary = (text: string): Buffer => Buffer.from(text, 'latin1');

const PROTOCOL = 3 << 16;

export function startup(parameters: Readonly<Record<string, string>>, version = PROTOCOL): Buffer {
  const body = Buffer.from(`${Object.entries(parameters).flat().join('\0')}\0\0`);
  return Buffer.concat([int32(body.length + 8), int32(version), body]);
}

export const query = (text: string): Buffer => message('Q', `${text}\0`);
export const parse = (text: string, name = ''): Buffer => message('P', `${name}\0${text}\0`, int16(0));
export const describe = (kind: 'S' | 'P', name = ''): Buffer => message('D', `${kind}${name}\0`);
export const close = (kind: 'S' | 'P', name = ''): Buffer => message('C', `${kind}${name}\0`);
export const execute = (maxRows = 0, portal = ''): Buffer => message('E', `${portal}\0`, int32(maxRows));
export const sync = message('S');
export const flush = message('H');
export const terminate = message('X');

export interface BindOptions {
  readonly portal?: string;
  readonly statement?: string;
  readonly formats?: readonly number[];
  readonly values?: readonly (string | Uint8Array | null)[];
  readonly resultFormats?: readonly number[];
}

export function bind({ portal = '', statement = '', formats = [], values = [], resultFormats = [] }: BindOptions = {}): Buffer {
  const list = (numbers: readonly number[]): Buffer[] => [int16(numbers.length), ...numbers.map(int16)];
  const parameters = values.flatMap((value) => {
    if (value === null) return [int32(-1)];
    const bytes = Buffer.from(value as string);
    return [int32(bytes.length), bytes];
  });
  return message('B', `${portal}\0${statement}\0`, ...list(formats), int16(values.length), ...parameters, ...list(resultFormats));
}

/**
 * What a server said, a line a message: its type, and its body with zero bytes as `|`. What differs from server to server is
 * left out: keys, numbers of processes, versions, and where in its source an error comes from.
 */
export function told(bytes: Buffer): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const type = String.fromCharCode(bytes[at] ?? 0);
    const isFramed = bytes.length > at + 5 && bytes[at + 1] === 0;
    if (!isFramed) {
      // The one letter that answers a request for encryption, or an error of version 2.
      const end = type === 'E' ? bytes.length : at + 1;
      lines.push(`${type} unframed ${bytes.toString('latin1', at + 1, end)}`.trim());
      at = end;
      continue;
    }
    const end = at + 1 + bytes.readInt32BE(at + 1);
    lines.push(`${type} ${shown(type, bytes.subarray(at + 5, end))}`.trim());
    at = end;
  }
  return lines;
}

function shown(type: string, body: Buffer): string {
  const text = body.toString('latin1').replaceAll('\0', '|');
  if (type === 'K') return 'pid, key';
  if (type === 'A') return text.slice(4);
  if (type === 'E' || type === 'N') return text.replace(/\|F[^|]*\|L\d+\|R[^|]*\|/, '|');
  return type === 'S' ? text.replace(/^(server_version\|)[^|]*/, '$1') : text;
}
