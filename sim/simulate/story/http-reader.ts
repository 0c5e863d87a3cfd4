/** One HTTP message, as a story shows it. */
export interface HttpMessage {
  /** `POST /buy`, or `409 Conflict`. */
  readonly what: string;
  readonly body: string;
}

const HEAD_END = '\r\n\r\n';

/** Bytes of one side of an HTTP connection in, messages out. Only as exact as a story needs: no trailers, no upgrades. */
export class HttpReader {
  private text = '';

  feed(chunk: Uint8Array): void {
    this.text += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
  }

  /** The next whole message; undefined until more has arrived. */
  next(): HttpMessage | undefined {
    const headEnd = this.text.indexOf(HEAD_END);
    if (headEnd < 0) return undefined;
    const [first = '', ...headers] = this.text.slice(0, headEnd).split('\r\n');
    const body = this.body(headEnd + HEAD_END.length, headers.join('\n').toLowerCase());
    if (body === undefined) return undefined;
    this.text = this.text.slice(body.end);
    return { what: startLine(first), body: Buffer.from(body.text, 'latin1').toString('utf8') };
  }

  private body(start: number, headers: string): { readonly text: string; readonly end: number } | undefined {
    if (/^transfer-encoding:.*chunked/m.test(headers)) return this.chunks(start);
    const length = Number(/^content-length: *(\d+)/m.exec(headers)?.[1] ?? 0);
    const end = start + length;
    return this.text.length < end ? undefined : { text: this.text.slice(start, end), end };
  }

  private chunks(start: number): { readonly text: string; readonly end: number } | undefined {
    let text = '';
    for (let at = start; ;) {
      const lineEnd = this.text.indexOf('\r\n', at);
      if (lineEnd < 0) return undefined;
      const size = parseInt(this.text.slice(at, lineEnd), 16);
      const end = lineEnd + 2 + size + 2;
      if (!(this.text.length >= end)) return undefined;
      if (size === 0) return { text, end };
      text += this.text.slice(lineEnd + 2, lineEnd + 2 + size);
      at = end;
    }
  }
}

/** `HTTP/1.1 200 OK` is `200 OK`; `GET /x HTTP/1.1` is `GET /x`. */
const startLine = (line: string): string => line.replace(/^HTTP\/[\d.]+ /, '').replace(/ HTTP\/[\d.]+$/, '');

export const looksLikeHttp = (bytes: Uint8Array): boolean =>
  /^[A-Z]+ \S+ HTTP\/1/.test(Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 2048)).toString('latin1'));
