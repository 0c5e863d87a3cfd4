import type { Fault } from './fault.js';

export const crash: Fault = {
  kind: 'crash',
  about: 'a client dies, memory and all, and starts anew when the episode is over',
  targets: (topology) => topology.clients,
  lengthMs: (scope) => ({ min: 1, max: Math.min(scope.horizonMs, 2 * scope.ttlMs) }),
  strength: () => ({ min: 1, max: 1 }),
  begin: (site) => {
    const process = site.process(site.episode.target);
    if (process.incarnation === null) return null;
    if (site.busy(process.name)) site.effective();
    process.crash();
    return () => {
      if (process.incarnation === null) process.start();
    };
  },
};
