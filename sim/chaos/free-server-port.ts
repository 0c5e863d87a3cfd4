import { createServer } from 'node:net';

/** Below what the system gives to outgoing connections, so that nobody takes the port while its server is down. */
const PORTS = { from: 20_000, to: 31_999 };

/** A port of the loopback that nobody listens on, and that no outgoing connection will be given. */
export async function freeServerPort(): Promise<number> {
  const count = PORTS.to - PORTS.from + 1;
  const start = Math.floor(Math.random() * count);
  for (let step = 0; step < count; step += 1) {
    const port = PORTS.from + ((start + step) % count);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port between ${PORTS.from} and ${PORTS.to} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
