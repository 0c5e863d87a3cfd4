import type net from 'node:net';
import type { AddressInfo } from 'node:net';
import { hostAddress } from '../../../sim/node/node-hosts.js';
import { runNode } from '../../support/node-world.js';
import type { Log, Talk, Where } from './talk.js';

/** What each side saw. */
export interface Seen {
  readonly server: readonly unknown[];
  readonly client: readonly unknown[];
}

/** Bytes come in pieces of any size: what counts is what they are together. */
function logInto(lines: unknown[][]): Log {
  return (...what) => {
    const last = lines.at(-1);
    if (what[0] === 'data' && last?.[0] === 'data') last[1] = String(last[1]) + String(what[1]);
    else lines.push(what.map((item) => item ?? null));
  };
}

/** On real sockets, over the loopback interface. */
export async function onLoopback({ server: make, client, connections = 1 }: Talk): Promise<Seen> {
  const seen = { server: [] as unknown[][], client: [] as unknown[][] };
  const server = make?.(logInto(seen.server));
  const taken = server === undefined ? null : closeAfter(server, connections);
  if (server !== undefined) await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  await client({ host: '127.0.0.1', port: server === undefined ? 1 : (server.address() as AddressInfo).port }, logInto(seen.client));
  if (taken !== null && taken.count() === 0) server?.close();
  else await taken?.left;
  return seen;
}

/** In a world: one process for each side. */
export async function simulated({ server: make, client, connections = 1 }: Talk): Promise<Seen> {
  const seen = { server: [] as unknown[][], client: [] as unknown[][] };
  const where: Where = { host: hostAddress(0), port: make === undefined ? 1 : 7000 };
  let isOver = false;
  const { end } = await runNode({
    server: () => {
      const server = make?.(logInto(seen.server));
      if (server === undefined) return;
      closeAfter(server, connections);
      server.listen(where.port, '0.0.0.0');
    },
    client: async () => {
      await client(where, logInto(seen.client));
      isOver = true;
    },
  });
  if (end.kind === 'failed') throw end.error;
  if (!isOver) seen.client.push(['never came to its end']);
  return seen;
}

/** Closes the server when so many connections have come and gone, so that the talk has an end. */
function closeAfter(server: net.Server, connections: number): { count: () => number; left: Promise<void> } {
  let count = 0;
  let gone = 0;
  const left = new Promise<void>((resolve) => {
    server.on('connection', (socket: net.Socket) => {
      count += 1;
      socket.on('close', () => {
        gone += 1;
        if (gone < connections) return;
        if (server.listening) server.close();
        resolve();
      });
    });
  });
  return { count: () => count, left };
}
