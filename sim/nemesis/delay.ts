import { concerns, type Fault, impose, links } from './fault.js';

export const delay: Fault = {
  kind: 'delay',
  about: 'each message on a link takes up to `strength` ms longer',
  targets: links,
  lengthMs: (scope) => ({ min: 1, max: scope.horizonMs }),
  strength: () => ({ min: 1, max: 120 }),
  begin: (site) =>
    impose(site, (passage) => {
      if (passage.transport !== 'connection' || !concerns(site.episode.target, passage)) return null;
      return { act: 'delay', microseconds: site.draws.next(site.episode.strength * 1000 + 1) };
    }),
};
