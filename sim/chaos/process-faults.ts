import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosFault, ChaosSite } from './chaos-fault.js';
import type { RealRedis } from './real-redis.js';

const ALWAYS = { min: 1, max: 1 };
/** A server's timers and ours need not agree to the millisecond. */
const SPARE_MS = 20;

export const crash: ChaosFault = {
  kind: 'crash',
  everyMs: 8_000,
  atLeast: 1,
  lengthMs: (ttlMs) => ({ min: 20, max: ttlMs }),
  strength: ALWAYS,
  begin: async (site) => {
    const client = site.clients.get(site.episode.target);
    if (client?.up !== true) return null;
    site.affects(client.name);
    await client.crash();
    return () => client.start();
  },
};

export const restart: ChaosFault = {
  kind: 'restart',
  everyMs: 10_000,
  atLeast: 1,
  lengthMs: (ttlMs) => ({ min: 20, max: ttlMs }),
  strength: ALWAYS,
  begin: async (site) => {
    const server = standing(site);
    if (server === null) return null;
    site.affects();
    await server.kill();
    return () => server.start();
  },
};

/** The plan's length is at least what the envelope asks; counted from the moment in which the server is surely dead. */
export const flush: ChaosFault = {
  kind: 'flush',
  everyMs: 15_000,
  atLeast: 1,
  lengthMs: (ttlMs) => ({ min: ttlMs + SPARE_MS, max: Math.floor(1.5 * ttlMs) + SPARE_MS }),
  strength: ALWAYS,
  begin: async (site) => {
    const server = standing(site);
    if (server === null) return null;
    if (server.hasMemory()) site.affects();
    await server.kill();
    const dead = performance.now();
    server.wipe();
    return async () => {
      // Healing comes early; the server must not.
      await sleep(Math.max(0, site.episode.forMs - (performance.now() - dead)));
      await server.start();
    };
  },
};

export const pause: ChaosFault = {
  kind: 'pause',
  everyMs: 3_000,
  atLeast: 2,
  lengthMs: (ttlMs) => ({ min: 20, max: 2 * ttlMs }),
  strength: ALWAYS,
  begin: (site) => (site.clients.has(site.episode.target) ? pauseClient(site) : pauseServer(site)),
};

async function pauseClient(site: ChaosSite): Promise<(() => Promise<void>) | null> {
  const client = site.clients.get(site.episode.target);
  if (client?.up !== true) return null;
  const resume = client.pause();
  if (resume === null) return null;
  // It stands still now: what was under way when it did is what its records say.
  site.affects(client.name);
  return async () => resume();
}

/** The kernel still takes bytes for a paused server: those are what the pause affects. */
async function pauseServer(site: ChaosSite): Promise<(() => Promise<void>) | null> {
  const server = standing(site);
  if (server === null) return null;
  server.pause();
  const lifts = site.links
    .filter((link) => link.server === server.name)
    .map((link) =>
      link.impose({
        onChunk: ({ direction }) => {
          if (direction === 'request') site.affects(link.client);
          return null;
        },
        effective: () => undefined,
      }),
    );
  return async () => {
    for (const lift of lifts) lift();
    server.resume();
  };
}

function standing(site: ChaosSite): RealRedis | null {
  const server = site.servers.get(site.episode.target);
  return server?.up === true && !server.paused ? server : null;
}
