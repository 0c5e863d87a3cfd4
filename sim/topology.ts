import type { LockDefinition } from './define-lock.js';
import type { ServerName, WorkloadDefinition } from './define-workload.js';
import type { ServerTopology, Topology } from './nemesis/fault.js';

/** The servers that a world can have: the Redis of the locks, which may lose its memory, and the shop's own, which may not. */
const SERVERS: Readonly<Record<ServerName, ServerTopology>> = {
  redis: { name: 'redis', durable: false, peers: [] },
  shop: { name: 'shop', durable: true, peers: [] },
};

export const everyServer = Object.keys(SERVERS) as readonly ServerName[];

/** The servers that somebody in the world uses. One that nobody does would only draw faults that change nothing. */
export function serversOf(workload: WorkloadDefinition, lock: LockDefinition): readonly ServerName[] {
  const needed = new Set<string>([...(workload.needs ?? everyServer), ...lock.needs]);
  return everyServer.filter((name) => needed.has(name));
}

export const topologyOf = (clients: number, servers: readonly ServerName[] = everyServer): Topology => ({
  clients: Array.from({ length: clients }, (_, index) => `c${index + 1}`),
  servers: servers.map((name) => SERVERS[name]),
});
