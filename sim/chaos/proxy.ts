import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { ProxyLane } from './proxy-lane.js';

/** What becomes of a piece of a stream. `lose`: it is gone, and so is all that would follow it. */
export type ChunkVerdict =
  { readonly act: 'delay'; readonly ms: number } | { readonly act: 'reset' } | { readonly act: 'lose'; readonly then: 'reset' | 'silence' };

/** A fault on a link, while it lasts. */
export interface LinkRule {
  /** Asked once for each piece, as it arrives. Null: nothing happens to it. */
  onChunk?(lane: ProxyLane, bytes: Buffer): ChunkVerdict | null;
  /** While it says so, nothing moves in that lane. */
  holds?(lane: ProxyLane): boolean;
  /** Told when it changed the fate or the time of something. */
  effective(): void;
}

/**
 * A TCP proxy on loopback between one worker and one server, with a port of its own, so that faults can hit one link and
 * no other. It forwards pieces of streams as they come and knows nothing of what they mean.
 *
 * It keeps what TCP keeps: bytes arrive in order or not at all, and once some are lost, that stream delivers nothing more.
 */
export class ProxyLink {
  readonly connections = new Set<ProxyConnection>();
  readonly #rules = new Set<LinkRule>();
  readonly #server: Server;

  constructor(
    readonly client: string,
    readonly server: string,
    private readonly upstreamPort: number,
  ) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  /** Begins to accept; gives the port. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  /** Puts a rule to work; what it returns lifts it. What was held goes on then, and what was silenced is cut. */
  impose(rule: LinkRule): () => void {
    this.#rules.add(rule);
    return () => {
      if (!this.#rules.delete(rule)) return;
      for (const connection of [...this.connections]) connection.lift(rule);
    };
  }

  close(): void {
    this.#server.close();
    for (const connection of [...this.connections]) connection.cut();
  }

  #accept(client: Socket): void {
    const upstream = connect({ port: this.upstreamPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const connection = new ProxyConnection(client, upstream, this.#rules);
    this.connections.add(connection);
    connection.onGone = () => this.connections.delete(connection);
  }
}

/** One connection of a worker, and ours to the server for it. */
export class ProxyConnection {
  onGone: () => void = () => undefined;
  readonly #lanes: readonly ProxyLane[];
  #silencedBy: LinkRule | null = null;

  constructor(
    private readonly client: Socket,
    private readonly upstream: Socket,
    rules: ReadonlySet<LinkRule>,
  ) {
    this.#lanes = [new ProxyLane('request', this, client, upstream, rules), new ProxyLane('reply', this, upstream, client, rules)];
    for (const socket of [client, upstream]) {
      // What went wrong with a connection is told by its `close`, which ends the lane.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (client.destroyed && upstream.destroyed) this.onGone();
      });
    }
  }

  /** Resets both sides at once. */
  cut(): void {
    for (const lane of this.#lanes) lane.stop();
    this.client.resetAndDestroy();
    this.upstream.resetAndDestroy();
  }

  /** One direction delivers nothing more, until the rule is lifted and the connection with it. */
  silence(lane: ProxyLane, by: LinkRule): void {
    this.#silencedBy = by;
    lane.silence();
  }

  lift(rule: LinkRule): void {
    if (this.#silencedBy === rule) this.cut();
    else for (const lane of this.#lanes) lane.pump();
  }
}
