import { concerns, everyone, type Fault, impose } from './fault.js';

export const reset: Fault = {
  kind: 'reset',
  about: 'the connections of a process are cut at the start, and with each later message at `strength` percent',
  targets: everyone,
  lengthMs: (scope) => ({ min: 1, max: Math.min(scope.horizonMs, 500) }),
  strength: () => ({ min: 0, max: 30 }),
  begin: (site) => {
    for (const endpoint of site.network.endpointsOf(site.process(site.episode.target))) {
      if (site.busy(endpoint.local.name) || site.busy(endpoint.remote.name)) site.effective();
      endpoint.reset();
    }
    return impose(site, (passage) => {
      if (passage.transport !== 'connection' || !concerns(site.episode.target, passage)) return null;
      return site.draws.next(100) < site.episode.strength ? { act: 'reset' } : null;
    });
  },
};
