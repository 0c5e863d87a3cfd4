import { concerns, type Fault, impose, links } from './fault.js';

export const partialPartition: Fault = {
  kind: 'partial-partition',
  about:
    'a client and a server do not reach each other, in neither direction, while all others reach both; ' +
    'what was sent arrives when it is over, or later, as retransmission backs off',
  targets: links,
  lengthMs: (scope) => ({ min: 1, max: Math.min(scope.horizonMs, 2 * scope.ttlMs) }),
  strength: () => ({ min: 0, max: 50 }),
  begin: (site) => {
    const begun = site.world.now;
    return impose(site, (passage) => {
      if (!concerns(site.episode.target, passage)) return null;
      // `strength`: how many percent of the outage the sender's next retransmission may come after its end.
      const backoff = Math.floor(((site.until - begun) * site.episode.strength) / 100);
      return { act: 'hold', until: site.until + site.draws.next(backoff + 1) };
    });
  },
};
