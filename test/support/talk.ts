import { expect } from 'vitest';
import type { Incarnation, SimProcess } from '../../sim/kernel/process.js';
import type { World } from '../../sim/kernel/world.js';
import { type Endpoint, Network } from '../../sim/network.js';
import { runWorld } from './run-world.js';

/** A client and a server; what each hears is written down, with the true time. */
export interface Pair {
  readonly world: World;
  readonly network: Network;
  readonly client: SimProcess;
  readonly server: SimProcess;
  readonly heard: Heard;
}
type Heard = Record<'client' | 'server', { what: unknown; at: number }[]>;

export interface Roles {
  client(own: Incarnation, dial: () => Endpoint, pair: Pair): void | Promise<void>;
  /** For each connection that the server accepts. */
  accepted?(endpoint: Endpoint, own: Incarnation): void;
  /** What it answers to a message; nothing when absent. */
  answer?(message: unknown): unknown;
  /** Rules, crashes and the like. */
  around?(pair: Pair): void;
  serverStarts?: boolean;
}

export async function talk(roles: Roles, seed = 1): Promise<{ heard: Heard; pair: Pair; says: Record<'client' | 'server', unknown[]> }> {
  const heard: Heard = { client: [], server: [] };
  let pair: Pair | undefined;
  const { end } = await runWorld(
    (world) => {
      const network = new Network(world);
      const hear = (who: 'client' | 'server', what: unknown): void => void heard[who].push({ what, at: world.now });
      const server = world.process('server', (own) => {
        network.listen(own, (endpoint) => {
          endpoint.handlers = {
            message: (message) => {
              hear('server', message);
              const answer = roles.answer?.(message);
              if (answer !== undefined) endpoint.send(answer);
            },
            closed: (reason) => hear('server', reason),
          };
          roles.accepted?.(endpoint, own);
        });
      });
      const client = world.process('client', (own) => {
        if (own.epoch > 1) return;
        const dial = (): Endpoint =>
          network.connect(own, server, { message: (message) => hear('client', message), closed: (reason) => hear('client', reason) });
        return roles.client(own, dial, pair as Pair);
      });
      pair = { world, network, client, server, heard };
      if (roles.serverStarts ?? true) server.start();
      client.start();
      roles.around?.(pair);
    },
    { seed },
  );
  expect(end).toEqual({ kind: 'idle' });
  return { heard, pair: pair as Pair, says: { client: heard.client.map(({ what }) => what), server: heard.server.map(({ what }) => what) } };
}
