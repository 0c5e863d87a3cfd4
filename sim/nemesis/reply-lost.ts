import { concerns, type Fault, impose, links } from './fault.js';

export const replyLost: Fault = {
  kind: 'reply-lost',
  about: 'a server does what it was asked, and the answer never arrives (`strength` percent of them): the connection is cut, or stays silent',
  targets: links,
  lengthMs: (scope) => ({ min: 1, max: scope.horizonMs }),
  strength: () => ({ min: 1, max: 60 }),
  begin: (site) =>
    impose(site, (passage) => {
      if (!passage.isReply || passage.part !== 'data' || !concerns(site.episode.target, passage)) return null;
      if (site.draws.next(100) >= site.episode.strength) return null;
      return { act: 'lose', then: site.draws.next(2) === 0 ? 'reset' : 'silence' };
    }),
};
