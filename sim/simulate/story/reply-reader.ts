/** A reply of Redis as a story shows it. */
export type StoryReply = string | number | null | { readonly status: string } | { readonly error: string } | readonly StoryReply[];

/** Bytes of a server in, replies out, of RESP 2 and 3, however they are cut into chunks. Pushes are no replies and are left out. */
export class ReplyReader {
  private text = '';
  private at = 0;

  feed(chunk: Uint8Array): void {
    this.text = this.text.slice(this.at) + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    this.at = 0;
  }

  /** The next whole reply; undefined until more has arrived. */
  next(): StoryReply | undefined {
    for (;;) {
      const start = this.at;
      const isPush = this.text[start] === '>';
      const reply = this.read();
      if (reply === undefined) this.at = start;
      if (reply === undefined || !isPush) return reply;
    }
  }

  private read(): StoryReply | undefined {
    const line = this.line();
    if (line === undefined) return undefined;
    const rest = line.slice(1);
    switch (line[0]) {
      case '+':
        return { status: rest };
      case '-':
        return { error: rest };
      case ':':
        return Number(rest);
      case '$':
      case '=':
        return this.bulk(Number(rest));
      case '*':
      case '~':
      case '>':
        return this.items(Number(rest));
      case '%':
        return this.items(2 * Number(rest));
      case '_':
        return null;
      default:
        return rest;
    }
  }

  private line(): string | undefined {
    const end = this.text.indexOf('\r\n', this.at);
    if (end < 0) return undefined;
    const line = this.text.slice(this.at, end);
    this.at = end + 2;
    return line;
  }

  private bulk(length: number): string | null | undefined {
    if (length < 0) return null;
    if (this.text.length < this.at + length + 2) return undefined;
    const bytes = this.text.slice(this.at, this.at + length);
    this.at += length + 2;
    return Buffer.from(bytes, 'latin1').toString('utf8');
  }

  private items(count: number): StoryReply[] | null | undefined {
    if (count < 0) return null;
    const items: StoryReply[] = [];
    while (items.length < count) {
      const item = this.read();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }
}
