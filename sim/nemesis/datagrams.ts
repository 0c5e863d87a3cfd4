import type { FaultKind } from '../../src/locks/envelope.js';
import type { Verdict } from '../network-rules.js';
import { concerns, direction, type Fault, type FaultSite, impose, type Topology } from './fault.js';

const datagramLinks = (topology: Topology): string[] => topology.servers.flatMap((server) => server.peers.map((peer) => direction(server.name, peer)));

const datagramFault = (kind: FaultKind, about: string, verdict: (site: FaultSite) => Verdict): Fault => ({
  kind,
  about,
  targets: datagramLinks,
  lengthMs: (scope) => ({ min: 1, max: scope.horizonMs }),
  strength: () => ({ min: 1, max: 60 }),
  begin: (site) =>
    impose(site, (passage) => {
      if (passage.transport !== 'datagram' || !concerns(site.episode.target, passage)) return null;
      return site.draws.next(100) < site.episode.strength ? verdict(site) : null;
    }),
});

export const datagramLoss = datagramFault('datagram-loss', 'a message between servers vanishes (`strength` percent)', () => ({ act: 'drop' }));

export const datagramDuplication = datagramFault('datagram-duplication', 'a message between servers arrives twice (`strength` percent)', (site) => ({
  act: 'duplicate',
  microseconds: 1 + site.draws.next(20_000),
}));

export const datagramReordering = datagramFault('datagram-reordering', 'a message between servers is overtaken by later ones (`strength` percent)', (site) => ({
  act: 'delay',
  microseconds: 1_000 + site.draws.next(20_000),
}));
