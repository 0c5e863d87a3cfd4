import type { Endpoint } from '../network.js';
import { concerns, type Fault, impose, link, links } from './fault.js';

export const stall: Fault = {
  kind: 'stall',
  about: 'nothing moves in open connections of a link, either way, until the episode is over; new connections get through',
  targets: links,
  lengthMs: (scope) => ({ min: 1, max: Math.min(scope.horizonMs, 2 * scope.ttlMs) }),
  strength: () => ({ min: 1, max: 1 }),
  begin: (site) => {
    const isOver = (endpoint: Endpoint): boolean => link(endpoint.local.name, endpoint.remote.name) === site.episode.target;
    // Not by taking the target apart: a name may have a hyphen.
    const stalled = new Set(site.world.processes.flatMap((process) => site.network.endpointsOf(process).filter(isOver)));
    return impose(site, (passage) => {
      if (passage.transport !== 'connection' || !concerns(site.episode.target, passage)) return null;
      const near = passage.isReply ? passage.endpoint?.peer : passage.endpoint;
      return near !== undefined && near !== null && stalled.has(near) ? { act: 'hold', until: site.until } : null;
    });
  },
};
