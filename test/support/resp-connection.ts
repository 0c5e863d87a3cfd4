import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { NULL_ARRAY, OK, type RespValue } from '../../sim/servers/redis/resp-value.js';
import { parseInt64 } from '../../sim/servers/redis/values/int64.js';

/** A bare connection to a real Redis in RESP2: binary strings out, replies in as the engine gives them. */
export class RespConnection {
  readonly #socket: Socket;
  #received = '';
  #position = 0;
  readonly #replies: RespValue[] = [];
  #arrived: (() => void) | undefined;
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => this.#receive(chunk));
    socket.on('close', () => {
      this.#closed = true;
      this.#arrived?.();
    });
    socket.on('error', () => undefined);
  }

  static async open(port: number): Promise<RespConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RespConnection(socket);
  }

  /** Sends commands in one go and returns as many replies. */
  async pipeline(commands: readonly (readonly string[])[]): Promise<RespValue[]> {
    this.#send(commands);
    return this.#take(() => this.#replies.length >= commands.length, commands.length);
  }

  /** Sends a command and returns everything that came up to and with the reply that `isLast` accepts. */
  async collect(commands: readonly (readonly string[])[], isLast: (reply: RespValue) => boolean): Promise<RespValue[]> {
    this.#send(commands);
    return this.#take(() => this.#replies.some(isLast), Infinity);
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(commands: readonly (readonly string[])[]): void {
    const text = commands.map((args) => `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`).join('');
    this.#socket.write(text, 'latin1');
  }

  async #take(enough: () => boolean, count: number): Promise<RespValue[]> {
    while (!enough()) {
      if (this.#closed) throw new Error('redis-server closed the connection');
      await new Promise<void>((resolve) => (this.#arrived = resolve));
    }
    return this.#replies.splice(0, Math.min(count, this.#replies.length));
  }

  #receive(chunk: string): void {
    this.#received = this.#received.slice(this.#position) + chunk;
    this.#position = 0;
    for (;;) {
      const start = this.#position;
      const reply = this.#parse();
      if (reply === undefined) {
        this.#position = start;
        break;
      }
      this.#replies.push(reply);
    }
    this.#arrived?.();
  }

  /** The next reply, or undefined while it is not all there. */
  #parse(): RespValue | undefined {
    const end = this.#received.indexOf('\r\n', this.#position);
    if (end < 0) return undefined;
    const kind = this.#received[this.#position];
    const line = this.#received.slice(this.#position + 1, end);
    this.#position = end + 2;
    switch (kind) {
      case '+':
        return line === 'OK' ? OK : { status: line };
      case '-':
        return { error: line };
      case ':':
        return parseInt64(line);
      case '$':
        return line === '-1' ? null : this.#parseBulk(Number(line));
      case '*':
        return line === '-1' ? NULL_ARRAY : this.#parseArray(Number(line));
      default:
        throw new Error(`not RESP2: ${JSON.stringify(kind)}`);
    }
  }

  #parseBulk(length: number): string | undefined {
    const start = this.#position;
    if (this.#received.length < start + length + 2) return undefined;
    this.#position = start + length + 2;
    return this.#received.slice(start, start + length);
  }

  #parseArray(length: number): RespValue | undefined {
    const items: RespValue[] = [];
    for (let i = 0; i < length; i += 1) {
      const item = this.#parse();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }
}
