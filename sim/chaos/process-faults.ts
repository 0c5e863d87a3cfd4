import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosSite, ChaosTopology, RealFault, SharedFault } from './chaos-fault.js';
import type { RealServer } from './real-server.js';

const ALWAYS = { min: 1, max: 1 };
/** A server's timers and ours need not agree to the millisecond. */
const SPARE_MS = 20;

export const crash: SharedFault = {
  kind: 'crash',
  everyMs: 8_000,
  atLeast: 2,
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

export const restart: SharedFault = {
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
export const flush: SharedFault = {
  kind: 'flush',
  everyMs: 15_000,
  atLeast: 1,
  lengthMs: (ttlMs) => ({ min: ttlMs + SPARE_MS, max: Math.floor(1.5 * ttlMs) + SPARE_MS }),
  strength: ALWAYS,
  begin: async (site) => {
    const server = standing(site);
    if (server?.memory === undefined) return null;
    if (server.memory.any()) site.affects();
    await server.kill();
    const dead = performance.now();
    server.memory.wipe();
    return async () => {
      // Healing comes early; the server must not.
      await sleep(Math.max(0, site.episode.forMs - (performance.now() - dead)));
      await server.start();
    };
  },
};

export const pause: SharedFault = {
  kind: 'pause',
  everyMs: 3_000,
  atLeast: 2,
  lengthMs: (ttlMs) => ({ min: 20, max: 2 * ttlMs }),
  strength: ALWAYS,
  begin: (site) => (site.clients.has(site.episode.target) ? pauseClient(site) : pauseServer(site)),
};

/** Servers are stopped by `pause` too, when it is their turn: this one is theirs alone. */
export const serverPause: RealFault = {
  kind: 'server-pause',
  within: 'pause',
  about: 'all processes of a server stand still (SIGSTOP) and then go on; the target is the server',
  targets: ({ servers }) => servers.map(({ name }) => name),
  everyMs: 10_000,
  atLeast: 2,
  lengthMs: (ttlMs) => ({ min: 50, max: 2 * ttlMs }),
  strength: ALWAYS,
  begin: pauseServer,
};

/** PostgreSQL takes the loss of one process for damage to the memory that all share: it ends all sessions, and recovers. */
export const backendKill: RealFault = {
  kind: 'backend-kill',
  within: 'restart',
  about: 'the process of PostgreSQL that serves one connection dies (SIGKILL), whereupon the server restarts itself; the target is the server',
  targets: postgresAmong,
  everyMs: 15_000,
  atLeast: 1,
  lengthMs: () => ({ min: 0, max: 100 }),
  strength: ALWAYS,
  async begin(site) {
    const recovery = standing(site)?.backends?.killOne((count) => site.draws.next(count)) ?? null;
    if (recovery === null) return null;
    site.affects();
    return recovery;
  },
};

/** To a client, all its connections are reset at once, and new ones refused for a while. */
export const poolerKill: RealFault = {
  kind: 'pooler-kill',
  within: 'reset',
  about: 'the pooler in front of a server dies (SIGKILL) and comes back; the target is the server',
  targets: ({ pooled }) => pooled,
  everyMs: 20_000,
  atLeast: 1,
  lengthMs: (ttlMs) => ({ min: 20, max: Math.floor(ttlMs / 2) }),
  strength: ALWAYS,
  async begin(site) {
    const pooler = site.poolers.get(site.episode.target);
    if (pooler?.up !== true) return null;
    site.affects();
    await pooler.kill();
    return () => pooler.start();
  },
};

function postgresAmong({ servers }: ChaosTopology): readonly string[] {
  return servers.map(({ name }) => name).filter((name) => name === 'postgres');
}

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

function standing(site: ChaosSite): RealServer | null {
  const server = site.servers.get(site.episode.target);
  return server?.up === true && !server.paused ? server : null;
}
