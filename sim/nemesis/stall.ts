import { concerns, type Fault, impose, links } from './fault.js';

export const stall: Fault = {
  kind: 'stall',
  about: 'nothing moves in open connections of a link, either way, until the episode is over; new connections get through',
  targets: links,
  lengthMs: (scope) => ({ min: 1, max: Math.min(scope.horizonMs, 2 * scope.ttlMs) }),
  strength: () => ({ min: 1, max: 1 }),
  begin: (site) => {
    const [client = '', server = ''] = site.episode.target.split('-');
    const stalled = new Set(site.network.endpointsOf(site.process(client)).filter((endpoint) => endpoint.remote.name === server));
    return impose(site, (passage) => {
      if (passage.transport !== 'connection' || !concerns(site.episode.target, passage)) return null;
      const near = passage.isReply ? passage.endpoint?.peer : passage.endpoint;
      return near !== undefined && near !== null && stalled.has(near) ? { act: 'hold', until: site.until } : null;
    });
  },
};
