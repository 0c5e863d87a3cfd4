import { escape } from '../kernel/escape-error.js';
import { registerStandIn } from '../kernel/guards.js';
import { runningNode } from './node-hosts.js';

const TLS = 'TLS is not simulated: speak plain TCP or http: inside the run';

/** What ordinary Node code could reach for and has no simulated form, and what to do instead. In other worlds the ports are the way. */
const CURES: Readonly<Record<string, string>> = {
  'tls.connect': TLS,
  'tls.createServer': TLS,
  'https.request': TLS,
  'https.get': TLS,
  'https.createServer': TLS,
  'http2.connect': 'HTTP/2 is not simulated: use http inside the run',
  'http2.createServer': 'HTTP/2 is not simulated: use http inside the run',
  'http2.createSecureServer': 'HTTP/2 is not simulated: use http inside the run',
  'dgram.createSocket': 'UDP is not simulated: use TCP inside the run',
  WebSocket: 'the built-in WebSocket is not simulated: use a client that is built on node:http',
};

export function installCures(): void {
  for (const [name, cure] of Object.entries(CURES)) registerStandIn(name, () => (runningNode() === null ? null : () => escape(name, cure)));
}
