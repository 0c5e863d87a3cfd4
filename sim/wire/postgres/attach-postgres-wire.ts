import type { Endpoint } from '../../network.js';
import type { PostgresSite } from './postgres-site.js';
import { PostgresWire } from './postgres-wire.js';

/**
 * Speaks PostgreSQL's protocol on a simulated connection, whose messages are bytes, and null for "I send no more". `told` hears
 * what the server says at the moment when it says it, for those who tell the story of a run.
 */
export function attachPostgresWire(site: PostgresSite, endpoint: Endpoint, told?: (bytes: Uint8Array) => void): void {
  const wire = new PostgresWire(site, {
    write: (bytes) => {
      told?.(bytes);
      endpoint.send(bytes);
    },
    close: () => endpoint.close(),
  });
  endpoint.handlers = {
    message: (bytes) => (bytes === null ? wire.end() : wire.receive(bytes as Uint8Array)),
    closed: () => wire.lost(),
  };
}
