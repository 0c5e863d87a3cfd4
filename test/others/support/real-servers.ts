import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import { ProxyLink, type LinkRule } from '../../../sim/chaos/proxy.js';
import { startRedisServer, type RunningRedis } from '../../support/start-redis-server.js';

/** A client of some servers, each reached through a proxy of its own. */
export interface RealClient {
  readonly redises: Redis[];
  /** One for each server, in their order. */
  readonly links: readonly ProxyLink[];
}

/** Real `redis-server` processes and what talks to them; all of it ends with `close`. */
export class RealServers {
  readonly #endings: (() => unknown)[] = [];

  private constructor(readonly servers: readonly RunningRedis[]) {}

  static async start(count: number): Promise<RealServers> {
    const servers: RunningRedis[] = [];
    const real = new RealServers(servers);
    for (let index = 0; index < count; index += 1) {
      const server = await startRedisServer();
      servers.push(server);
      real.#endings.push(() => server.stop());
    }
    return real;
  }

  /** Resolves when it is connected to all of them. */
  async client(options: RedisOptions = {}): Promise<RealClient> {
    const redises: Redis[] = [];
    const links: ProxyLink[] = [];
    for (const server of this.servers) {
      const link = new ProxyLink('client', 'redis', server.port);
      const redis = new Redis(await link.listen(), '127.0.0.1', { ...options, lazyConnect: true });
      // What goes wrong with a connection is part of the test.
      redis.on('error', () => undefined);
      await redis.connect();
      this.#endings.push(() => link.close());
      this.#endings.push(() => redis.disconnect());
      redises.push(redis);
      links.push(link);
    }
    return { redises, links };
  }

  /** On how many of the servers the key is, asked directly. */
  async having(key: string): Promise<number> {
    let count = 0;
    for (const server of this.servers) {
      const redis = new Redis(server.port, '127.0.0.1');
      count += await redis.exists(key);
      redis.disconnect();
    }
    return count;
  }

  async close(): Promise<void> {
    for (const end of this.#endings.reverse()) await end();
  }
}

/** Runs `body` with so many fresh servers, and ends them whatever comes of it. */
export async function withRealServers(count: number, body: (real: RealServers) => Promise<void>): Promise<void> {
  const real = await RealServers.start(count);
  try {
    await body(real);
  } finally {
    await real.close();
  }
}

/** What was asked is done, and the answer never arrives: the connection is cut instead. So for the next answer of each link. */
export function loseNextReply(links: readonly ProxyLink[]): void {
  for (const link of links) {
    const lift = link.impose({
      onChunk: ({ direction }) => {
        if (direction !== 'reply') return null;
        queueMicrotask(lift);
        return { act: 'reset' };
      },
      effective: () => undefined,
    });
  }
}

/** Each answer takes so much longer. */
export function delayReplies(links: readonly ProxyLink[], ms: number): () => void {
  return impose(links, { onChunk: ({ direction }) => (direction === 'reply' ? { act: 'delay', ms } : null), effective: () => undefined });
}

/** Each request takes so much longer. */
export function delayRequests(links: readonly ProxyLink[], ms: number): () => void {
  return impose(links, { onChunk: ({ direction }) => (direction === 'request' ? { act: 'delay', ms } : null), effective: () => undefined });
}

/** Nothing passes, either way, until it is lifted. */
export function partition(links: readonly ProxyLink[]): () => void {
  return impose(links, { holds: () => true, effective: () => undefined });
}

/** Cuts all connections, and lets no new one get through until it is lifted. */
export function cut(links: readonly ProxyLink[]): () => void {
  const lift = impose(links, { onChunk: () => ({ act: 'reset' }), effective: () => undefined });
  for (const link of links) for (const connection of [...link.connections]) connection.cut();
  return lift;
}

function impose(links: readonly ProxyLink[], rule: LinkRule): () => void {
  const lifts = links.map((link) => link.impose(rule));
  return () => lifts.forEach((lift) => lift());
}

/** What has become of a promise within that time. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<{ value: T } | { error: unknown } | 'not settled'> {
  const settled = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  return Promise.race([settled, sleep(ms, 'not settled' as const)]);
}
