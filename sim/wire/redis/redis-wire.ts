import type { RedisEngine } from '../../servers/redis/redis-engine.js';
import type { RedisSession } from '../../servers/redis/redis-session.js';
import type { RespValue } from '../../servers/redis/resp-value.js';
import { encodeReply } from './resp-encoder.js';
import { ProtocolError, RespDecoder } from './resp-decoder.js';

/** The server's side of a connection that carries bytes. */
export interface WireEndpoint {
  write(bytes: Uint8Array): void;
  /** Ends the connection; what was written before is still delivered. */
  close(): void;
  /** Calls back after so many milliseconds, unless the returned function is called before. */
  after(milliseconds: number, callback: () => void): () => void;
}

export interface WireOptions {
  /** `host:port` of the client and of the server, for CLIENT LIST and CLIENT KILL. */
  readonly address?: string;
  readonly localAddress?: string;
}

/** Cross-site requests that reach a Redis begin with these: it hangs up without a word. */
const HTTP = new Set(['post', 'host:']);

/** However long a pause is, its end is looked for every hour: nobody's timers take more than so much. */
const LONGEST_WAIT_MS = 3_600_000;

/** RESP 2 and 3 between an engine and one connection. All that a chunk asks for is answered in one write. */
export class RedisWire {
  readonly #endpoint: WireEndpoint;
  readonly #session: RedisSession;
  readonly #decoder: RespDecoder;
  #output = '';
  #isReceiving = false;
  /** A command that CLIENT PAUSE holds back, and with it all behind it. */
  #held: { readonly letGo: () => void } | undefined;

  constructor(engine: RedisEngine, endpoint: WireEndpoint, { address, localAddress }: WireOptions = {}) {
    this.#endpoint = endpoint;
    this.#session = engine.open((message) => this.#push(message), {
      mayNeedPassword: true,
      onKill: () => this.#killed(),
      ...(address === undefined ? {} : { address }),
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    this.#decoder = new RespDecoder(() => !this.#session.isAuthenticated);
  }

  /** Takes in what the client sent, runs the commands that are complete, and answers them. */
  receive(chunk: Uint8Array): void {
    const session = this.#session;
    if (!session.isOpen) return;
    this.#decoder.feed(chunk);
    if (this.#held === undefined) this.#proceed(session);
  }

  /** The client is gone, or wants nothing more: Redis hangs up as soon as it reads the end. */
  end(): void {
    this.#close();
  }

  #proceed(session: RedisSession, first?: readonly string[]): void {
    this.#isReceiving = true;
    try {
      this.#run(session, first);
    } finally {
      this.#isReceiving = false;
    }
    this.#flush();
    if (session.quitting) this.#close();
  }

  #run(session: RedisSession, first: readonly string[] | undefined): void {
    try {
      for (let args = first ?? this.#decoder.next(); args !== undefined; args = this.#decoder.next()) {
        if (HTTP.has((args[0] ?? '').toLowerCase())) {
          this.#output = '';
          session.quitting = true;
          return;
        }
        const pauseMs = session.engine.holdFor(session, args);
        if (pauseMs > 0) {
          this.#hold(session, args, pauseMs);
          return;
        }
        const reply = session.execute(args);
        if (reply !== undefined) this.#output += encodeReply(reply, session.protocol);
        if (session.quitting || !session.isOpen) return;
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#output += encodeReply({ error: error.reply }, session.protocol);
      session.quitting = true;
    }
  }

  #hold(session: RedisSession, args: readonly string[], forMs: number): void {
    const goOn = (): void => {
      this.#held?.letGo();
      this.#held = undefined;
      this.#proceed(session, args);
    };
    let cancel = this.#endpoint.after(Math.min(forMs, LONGEST_WAIT_MS), goOn);
    // Not at once: another client's command is just being answered.
    const stopListening = session.engine.pause.whenEnded(() => {
      cancel();
      cancel = this.#endpoint.after(0, goOn);
    });
    this.#held = {
      letGo: () => {
        cancel();
        stopListening();
      },
    };
  }

  #push(message: RespValue): void {
    this.#output += encodeReply(message, this.#session.protocol);
    if (!this.#isReceiving) this.#flush();
  }

  #flush(): void {
    if (this.#output === '') return;
    const bytes = Buffer.from(this.#output, 'latin1');
    this.#output = '';
    this.#endpoint.write(bytes);
  }

  /** Another client's CLIENT KILL: what was not written yet is lost. */
  #killed(): void {
    this.#output = '';
    this.#held?.letGo();
    this.#endpoint.close();
  }

  #close(): void {
    if (!this.#session.isOpen) return;
    this.#held?.letGo();
    this.#session.close();
    this.#endpoint.close();
  }
}
