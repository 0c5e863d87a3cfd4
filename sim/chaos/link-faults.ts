import { linksOf, type ChaosSite, type RealFault, type SharedFault } from './chaos-fault.js';
import { answersCommit } from './commit-answers.js';
import type { Direction, ProxyLane } from './proxy-lane.js';
import type { ChunkVerdict, ProxyConnection, ProxyLink } from './proxy.js';

const ALWAYS = { min: 1, max: 1 };

export const delay: SharedFault = {
  kind: 'delay',
  everyMs: 6_000,
  atLeast: 2,
  lengthMs: (ttlMs) => ({ min: 100, max: 2 * ttlMs }),
  strength: { min: 1, max: 120 },
  begin: async (site) => onChunks(site, () => ({ act: 'delay', ms: site.draws.next(site.episode.strength * 1000 + 1) / 1000 })),
};

export const stall: SharedFault = {
  kind: 'stall',
  everyMs: 6_000,
  atLeast: 2,
  lengthMs: (ttlMs) => ({ min: 50, max: 2 * ttlMs }),
  strength: ALWAYS,
  begin: async (site) => {
    const stalled = new Set<ProxyConnection>(targeted(site).flatMap((link) => [...link.connections]));
    return holding(site, (lane) => stalled.has(lane.connection));
  },
};

export const oneWayPartition: SharedFault = {
  kind: 'one-way-partition',
  everyMs: 6_000,
  atLeast: 2,
  lengthMs: (ttlMs) => ({ min: 50, max: 2 * ttlMs }),
  strength: ALWAYS,
  begin: async (site) => {
    const [from = ''] = site.episode.target.split('>');
    const blocked: Direction = site.clients.has(from) ? 'request' : 'reply';
    return holding(site, (lane) => lane.direction === blocked);
  },
};

export const partialPartition: SharedFault = {
  kind: 'partial-partition',
  everyMs: 6_000,
  atLeast: 2,
  lengthMs: (ttlMs) => ({ min: 50, max: 2 * ttlMs }),
  strength: ALWAYS,
  begin: async (site) => holding(site, () => true),
};

export const replyLost: SharedFault = {
  kind: 'reply-lost',
  everyMs: 4_000,
  atLeast: 2,
  lengthMs: (ttlMs) => ({ min: 100, max: ttlMs }),
  strength: { min: 20, max: 60 },
  begin: async (site) =>
    onChunks(site, ({ direction }) => {
      if (direction !== 'reply' || site.draws.next(100) >= site.episode.strength) return null;
      return { act: 'lose', then: site.draws.next(2) === 0 ? 'reset' : 'silence' };
    }),
};

/** The simulated one loses any reply; this one waits for those that say what was committed. */
export const commitReplyLost: RealFault = {
  kind: 'commit-reply-lost',
  within: 'reply-lost',
  about: 'a transaction of PostgreSQL is committed, and the connection reset before its answer arrives; the target is a client',
  targets: ({ clients, servers }) => (servers.some(({ name }) => name === 'postgres') ? clients : []),
  everyMs: 6_000,
  atLeast: 3,
  lengthMs: (ttlMs) => ({ min: 100, max: ttlMs }),
  strength: { min: 30, max: 100 },
  begin: async (site) =>
    onChunks(site, ({ direction }, bytes) => {
      if (direction !== 'reply' || !answersCommit(bytes) || site.draws.next(100) >= site.episode.strength) return null;
      return { act: 'lose', then: 'reset' };
    }),
};

export const reset: SharedFault = {
  kind: 'reset',
  everyMs: 5_000,
  atLeast: 2,
  lengthMs: (ttlMs) => ({ min: 1, max: Math.floor(ttlMs / 2) }),
  strength: { min: 0, max: 30 },
  begin: async (site) => {
    for (const link of targeted(site)) {
      if (link.connections.size > 0) site.affects(link.client);
      for (const connection of [...link.connections]) connection.cut();
    }
    return onChunks(site, () => (site.draws.next(100) < site.episode.strength ? { act: 'reset' } : null));
  },
};

const targeted = ({ links, episode }: ChaosSite): ProxyLink[] => linksOf(episode.target, links);

function onChunks(site: ChaosSite, onChunk: (lane: ProxyLane, bytes: Buffer) => ChunkVerdict | null): () => Promise<void> {
  return lifting(targeted(site).map((link) => link.impose({ onChunk, effective: () => site.affects(link.client) })));
}

function holding(site: ChaosSite, holds: (lane: ProxyLane) => boolean): () => Promise<void> {
  return lifting(targeted(site).map((link) => link.impose({ holds, effective: () => site.affects(link.client) })));
}

const lifting = (lifts: readonly (() => void)[]) => async (): Promise<void> => {
  for (const lift of lifts) lift();
};
