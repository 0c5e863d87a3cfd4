import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { milliseconds } from '../../../src/base/time.js';
import { systemClock } from '../../../src/bindings/system-clock.js';
import { systemRandom } from '../../../src/bindings/system-random.js';
import { createLuaRuntime } from '../../servers/redis/lua/lua-runtime.js';
import { RedisEngine } from '../../servers/redis/redis-engine.js';
import { RedisWire } from './redis-wire.js';

const HOST = '127.0.0.1';

export interface ServeRedisOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Asked of every client, when given. */
  readonly password?: string;
}

export interface RedisService {
  readonly port: number;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
}

/** The simulated Redis on a real socket of the loopback, by the system's clock. Rejects with Node's own error when it cannot listen. */
export async function serveRedis({ port, password }: ServeRedisOptions): Promise<RedisService> {
  const engine = new RedisEngine({
    lua: await createLuaRuntime(),
    now: () => systemClock.timestamp(),
    random: (bound) => systemRandom.integer(bound),
    ...(password === undefined ? {} : { password }),
  });
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    speak(engine, socket);
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

function speak(engine: RedisEngine, socket: Socket): void {
  const wire = new RedisWire(
    engine,
    {
      write: (bytes) => void socket.write(bytes),
      close: () => void socket.end(),
      after: (length, callback) => {
        const timer = systemClock.setTimer(milliseconds(length), callback);
        return () => timer.cancel();
      },
    },
    { address: `${HOST}:${socket.remotePort ?? 0}`, localAddress: `${HOST}:${socket.localPort ?? 0}` },
  );
  socket.on('data', (chunk) => wire.receive(chunk));
  socket.on('end', () => wire.end());
  // A connection that breaks is closed next.
  socket.on('error', () => undefined);
  socket.on('close', () => wire.end());
}
