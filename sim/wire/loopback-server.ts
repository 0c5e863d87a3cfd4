import { once } from 'node:events';
import { type AddressInfo, createServer, type ServerOpts, type Socket } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/** A simulated server on a real socket of this machine. */
export interface LoopbackServer {
  readonly port: number;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
}

/** Gives each connection to `speak`. Port 0 picks one. Rejects with Node's own error when it cannot listen. */
export async function serveOnLoopback(port: number, options: Pick<ServerOpts, 'allowHalfOpen'>, speak: (socket: Socket) => void): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, ...options }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    speak(socket);
  });
  server.listen(port, LOOPBACK);
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
