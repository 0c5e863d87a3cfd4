import type { Fault } from './fault.js';

export const flush: Fault = {
  kind: 'flush',
  about: 'a server dies and comes back, when the episode is over, without its memory',
  targets: (topology) => topology.servers.filter((server) => !server.durable).map((server) => server.name),
  lengthMs: (scope) => {
    const shortest = scope.bounds === null ? 1 : scope.bounds.memoryLossDowntimeTtls * scope.ttlMs;
    return { min: shortest, max: Math.max(shortest, 2 * scope.ttlMs) };
  },
  strength: () => ({ min: 1, max: 1 }),
  begin: (site) => {
    const process = site.process(site.episode.target);
    if (process.incarnation === null) return null;
    if (site.memoryOf(process.name) > 0) site.effective();
    process.crash();
    process.disk.wipe();
    return () => {
      if (process.incarnation === null) process.start();
    };
  },
};
