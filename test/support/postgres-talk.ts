import type { PostgresSite } from '../../sim/wire/postgres/postgres-site.js';
import { PostgresWire } from '../../sim/wire/postgres/postgres-wire.js';
import { told } from './postgres-messages.js';

/** A connection to a wire, without any network. */
export class PostgresTalk {
  readonly wire: PostgresWire;
  readonly #written: Buffer[] = [];
  isClosed = false;

  constructor(site: PostgresSite) {
    this.wire = new PostgresWire(site, {
      write: (bytes) => void this.#written.push(Buffer.from(bytes)),
      close: () => void (this.isClosed = true),
    });
  }

  /** Sends chunks; what has been answered since the last look, a line a message. */
  send(...chunks: readonly Uint8Array[]): string[] {
    for (const chunk of chunks) this.wire.receive(chunk);
    return this.heard();
  }

  heard(): string[] {
    return told(Buffer.concat(this.#written.splice(0)));
  }

  /** Each write since the last look. */
  writes(): Buffer[] {
    return this.#written.splice(0);
  }
}
