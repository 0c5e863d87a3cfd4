import type { Keyspace } from './keyspace.js';
import type { RedisSession } from './redis-session.js';

/** Who watches which key. */
export class WatchList {
  readonly #watchers = new Map<Keyspace, Map<string, Set<RedisSession>>>();

  watch(session: RedisSession, key: string): void {
    const keyspace = session.db;
    if (session.watched.some((watched) => watched.keyspace === keyspace && watched.key === key)) return;
    session.watched.push({ keyspace, key, overdue: keyspace.isOverdue(key) });
    let keys = this.#watchers.get(keyspace);
    if (keys === undefined) this.#watchers.set(keyspace, (keys = new Map<string, Set<RedisSession>>()));
    let sessions = keys.get(key);
    if (sessions === undefined) keys.set(key, (sessions = new Set()));
    sessions.add(session);
  }

  /** UNWATCH: forgets the session's keys and that any was changed. */
  clear(session: RedisSession): void {
    for (const { keyspace, key } of session.watched) {
      const keys = this.#watchers.get(keyspace);
      const sessions = keys?.get(key);
      sessions?.delete(session);
      if (sessions?.size === 0) keys?.delete(key);
      if (keys?.size === 0) this.#watchers.delete(keyspace);
    }
    session.watched.length = 0;
    session.watchBroken = false;
  }

  /**
   * Marks the sessions that watch the key. A key that was overdue when WATCH saw it may be removed for that without breaking
   * the watch: it was gone already.
   */
  keyChanged(keyspace: Keyspace, key: string, how: 'changed' | 'expired'): void {
    if (this.#watchers.size === 0) return;
    for (const session of this.#watchers.get(keyspace)?.get(key) ?? []) {
      const watched = session.watched.find((item) => item.keyspace === keyspace && item.key === key);
      if (watched?.overdue === true) {
        watched.overdue = false;
        if (how === 'expired') continue;
      }
      session.watchBroken = true;
    }
  }

  /** Marks the sessions that watch a key which is about to go with its whole database. */
  emptied(keyspace: Keyspace): void {
    for (const [key, sessions] of this.#watchers.get(keyspace) ?? []) {
      if (!keyspace.holds(key)) continue;
      for (const session of sessions) session.watchBroken = true;
    }
  }

  /** Whether a key that the session watches has expired since. */
  anyOverdue(session: RedisSession): boolean {
    return session.watched.some(({ keyspace, key, overdue }) => !overdue && keyspace.isOverdue(key));
  }
}
