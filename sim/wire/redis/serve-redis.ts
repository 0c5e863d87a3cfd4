import type { Socket } from 'node:net';
import { milliseconds } from '../../../src/base/time.js';
import { systemClock } from '../../../src/bindings/system-clock.js';
import { systemRandom } from '../../../src/bindings/system-random.js';
import { createLuaRuntime } from '../../servers/redis/lua/lua-runtime.js';
import { RedisEngine } from '../../servers/redis/redis-engine.js';
import { LOOPBACK, type LoopbackServer, serveOnLoopback } from '../loopback-server.js';
import { RedisWire } from './redis-wire.js';

export interface ServeRedisOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Asked of every client, when given. */
  readonly password?: string;
}

/** The simulated Redis on a real socket of the loopback, by the system's clock. Rejects with Node's own error when it cannot listen. */
export async function serveRedis({ port, password }: ServeRedisOptions): Promise<LoopbackServer> {
  const engine = new RedisEngine({
    lua: await createLuaRuntime(),
    now: () => systemClock.timestamp(),
    random: (bound) => systemRandom.integer(bound),
    ...(password === undefined ? {} : { password }),
  });
  return serveOnLoopback(port, {}, (socket) => speak(engine, socket));
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
    { address: `${LOOPBACK}:${socket.remotePort ?? 0}`, localAddress: `${LOOPBACK}:${socket.localPort ?? 0}` },
  );
  socket.on('data', (chunk) => wire.receive(chunk));
  socket.on('end', () => wire.end());
  // A connection that breaks is closed next.
  socket.on('error', () => undefined);
  socket.on('close', () => wire.end());
}
