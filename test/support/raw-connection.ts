import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection on which a test says every byte itself. Text is binary: one character a byte. */
export class RawConnection {
  readonly #socket: Socket;
  #received = '';
  #isClosed = false;
  #arrived: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#received += text;
      this.#arrived();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isClosed = true;
      this.#arrived();
    });
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Sends each chunk by itself. */
  send(...chunks: readonly string[]): void {
    for (const chunk of chunks) if (!this.#isClosed) this.#socket.write(chunk, 'latin1');
  }

  /** All that has come since the last call, once it ends with this or the server has hung up: then `<closed>` stands behind it. */
  async until(ending: string): Promise<string> {
    while (!this.#isClosed && !this.#received.endsWith(ending)) await new Promise<void>((resolve) => (this.#arrived = resolve));
    const text = this.#received + (this.#isClosed ? '<closed>' : '');
    this.#received = '';
    return text;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** A command as clients send it. */
export function toWire(...args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;
}
