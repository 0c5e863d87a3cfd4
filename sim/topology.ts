import type { LockDefinition } from './define-lock.js';
import type { ServerName, StoreName, WorkloadDefinition } from './define-workload.js';
import type { ServerTopology, Topology } from './nemesis/fault.js';

/** The servers that a world can have. The Redis of the locks may lose its memory, the others may not. */
const SERVERS: Readonly<Record<ServerName, ServerTopology>> = {
  redis: { name: 'redis', durable: false, peers: [] },
  shop: { name: 'shop', durable: true, peers: [] },
  postgres: { name: 'postgres', durable: true, peers: [] },
};

export const everyServer = Object.keys(SERVERS) as readonly ServerName[];

/** What a workload has that says nothing of what it needs. */
const BOTH_REDIS: readonly ServerName[] = ['redis', 'shop'];

/** Where each store is, with this lock. */
export function serverOf(store: StoreName, { needs }: LockDefinition): ServerName {
  if (needs.includes('postgres')) return 'postgres';
  return store === 'stock' ? 'shop' : 'redis';
}

/** The servers that somebody in the world uses. One that nobody does would only draw faults that change nothing. */
export function serversOf({ needs, keeps }: WorkloadDefinition, lock: LockDefinition): readonly ServerName[] {
  const byName = needs ?? (keeps === undefined ? BOTH_REDIS : []);
  const needed = new Set<string>([...byName, ...(keeps ?? []).map((store) => serverOf(store, lock)), ...lock.needs]);
  return everyServer.filter((name) => needed.has(name));
}

export const topologyOf = (clients: number, servers: readonly ServerName[] = BOTH_REDIS): Topology => ({
  clients: Array.from({ length: clients }, (_, index) => `c${index + 1}`),
  servers: servers.map((name) => SERVERS[name]),
});
