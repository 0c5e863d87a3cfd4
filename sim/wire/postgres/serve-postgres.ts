import type { Socket } from 'node:net';
import { type LoopbackServer, serveOnLoopback } from '../loopback-server.js';
import { PostgresSite, type PostgresSiteOptions } from './postgres-site.js';
import { PostgresWire } from './postgres-wire.js';

export interface ServePostgresOptions extends PostgresSiteOptions {
  /** 0: any that is free. */
  readonly port: number;
}

/** A simulated PostgreSQL on a real socket of the loopback. Rejects with Node's own error when it cannot listen. */
export function servePostgres({ port, ...options }: ServePostgresOptions): Promise<LoopbackServer> {
  const site = new PostgresSite(options);
  // Half-open, as the server answers what it has got before it hangs up.
  return serveOnLoopback(port, { allowHalfOpen: true }, (socket) => speak(site, socket));
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
