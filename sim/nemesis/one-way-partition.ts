import { concerns, direction, type Fault, impose, pairs } from './fault.js';

export const oneWayPartition: Fault = {
  kind: 'one-way-partition',
  about: 'nothing passes in one direction of a link; the other direction works; what was sent arrives when it is over',
  targets: (topology) => pairs(topology).flatMap(({ from, to }) => [direction(from, to), direction(to, from)]),
  lengthMs: (scope) => ({ min: 1, max: Math.min(scope.horizonMs, 2 * scope.ttlMs) }),
  strength: () => ({ min: 1, max: 1 }),
  begin: (site) => impose(site, (passage) => (concerns(site.episode.target, passage) ? { act: 'hold', until: site.until } : null)),
};
