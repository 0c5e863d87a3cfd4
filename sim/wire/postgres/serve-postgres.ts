import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { PostgresSite, type PostgresSiteOptions } from './postgres-site.js';
import { PostgresWire } from './postgres-wire.js';

const HOST = '127.0.0.1';

export interface ServePostgresOptions extends PostgresSiteOptions {
  /** 0: any that is free. */
  readonly port: number;
}

export interface PostgresService {
  readonly port: number;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
}

/** A simulated PostgreSQL on a real socket of the loopback. Rejects with Node's own error when it cannot listen. */
export async function servePostgres({ port, ...options }: ServePostgresOptions): Promise<PostgresService> {
  const site = new PostgresSite(options);
  const sockets = new Set<Socket>();
  // Half-open, as the server answers what it has got before it hangs up.
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    speak(site, socket);
  });
  server.listen(port, HOST);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function speak(site: PostgresSite, socket: Socket): void {
  const wire = new PostgresWire(site, {
    write: (bytes) => void socket.write(bytes),
    close: () => void socket.end(),
  });
  socket.on('data', (chunk) => wire.receive(chunk));
  socket.on('end', () => wire.end());
  // A connection that breaks is closed next.
  socket.on('error', () => undefined);
  socket.on('close', () => wire.lost());
}
