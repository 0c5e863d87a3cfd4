import { type Fault, isNeeded } from './fault.js';

export const restart: Fault = {
  kind: 'restart',
  about: 'a server dies and comes back, when the episode is over, with all that it had acknowledged',
  targets: (topology) => topology.servers.map((server) => server.name),
  lengthMs: (scope) => ({ min: 1, max: Math.min(scope.horizonMs, 2 * scope.ttlMs) }),
  strength: () => ({ min: 1, max: 1 }),
  begin: (site) => {
    const process = site.process(site.episode.target);
    if (process.incarnation === null) return null;
    if (isNeeded(site, process)) site.effective();
    process.crash();
    return () => {
      if (process.incarnation === null) process.start();
    };
  },
};
