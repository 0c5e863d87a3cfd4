import type { Endpoint } from '../../network.js';
import type { RedisEngine } from '../../servers/redis/redis-engine.js';
import { RedisWire } from './redis-wire.js';

/** Speaks RESP on a simulated connection, whose messages are bytes, and null for "I send no more". */
export function attachRedisWire(engine: RedisEngine, endpoint: Endpoint): void {
  const wire = new RedisWire(engine, {
    write: (bytes) => endpoint.send(bytes),
    close: () => endpoint.close(),
    after: (milliseconds, callback) => {
      const timer = endpoint.local.setTimer(milliseconds * 1000, callback);
      return () => timer.cancel();
    },
  });
  endpoint.handlers = {
    message: (bytes) => (bytes === null ? wire.end() : wire.receive(bytes as Uint8Array)),
    closed: () => wire.end(),
  };
}
