import type { RedisSession } from './redis-session.js';
import { matchesGlob } from './values/glob.js';

/** Who listens to which channel and which pattern. */
export class Channels {
  readonly #channels = new Map<string, Set<RedisSession>>();
  readonly #patterns = new Map<string, Set<RedisSession>>();

  subscribe(session: RedisSession, channel: string): void {
    session.channels.add(channel);
    add(this.#channels, channel, session);
  }

  unsubscribe(session: RedisSession, channel: string): void {
    session.channels.delete(channel);
    remove(this.#channels, channel, session);
  }

  subscribePattern(session: RedisSession, pattern: string): void {
    session.patterns.add(pattern);
    add(this.#patterns, pattern, session);
  }

  unsubscribePattern(session: RedisSession, pattern: string): void {
    session.patterns.delete(pattern);
    remove(this.#patterns, pattern, session);
  }

  leave(session: RedisSession): void {
    for (const channel of [...session.channels]) this.unsubscribe(session, channel);
    for (const pattern of [...session.patterns]) this.unsubscribePattern(session, pattern);
  }

  /** Delivers a message and returns how many deliveries there were: one for the channel and one for each matching pattern. */
  publish(channel: string, message: string): number {
    let receivers = 0;
    for (const session of this.#channels.get(channel) ?? []) {
      session.push(['message', channel, message]);
      receivers += 1;
    }
    for (const [pattern, sessions] of this.#patterns) {
      if (!matchesGlob(pattern, channel)) continue;
      for (const session of sessions) {
        session.push(['pmessage', pattern, channel, message]);
        receivers += 1;
      }
    }
    return receivers;
  }

  /** The channels that someone listens to by name. */
  active(): string[] {
    return [...this.#channels.keys()];
  }

  listeners(channel: string): number {
    return this.#channels.get(channel)?.size ?? 0;
  }

  get patternCount(): number {
    return this.#patterns.size;
  }
}

function add(listeners: Map<string, Set<RedisSession>>, name: string, session: RedisSession): void {
  const sessions = listeners.get(name);
  if (sessions === undefined) listeners.set(name, new Set([session]));
  else sessions.add(session);
}

function remove(listeners: Map<string, Set<RedisSession>>, name: string, session: RedisSession): void {
  const sessions = listeners.get(name);
  if (sessions === undefined) return;
  sessions.delete(session);
  if (sessions.size === 0) listeners.delete(name);
}
