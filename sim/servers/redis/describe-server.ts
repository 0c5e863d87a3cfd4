import type { RedisEngine } from './redis-engine.js';
import type { RedisSession } from './redis-session.js';
import { REDIS_VERSION } from './version.js';

/** One line of CLIENT LIST. */
export function describeSession(session: RedisSession): string {
  const multi = session.transaction === undefined ? -1 : session.transaction.queue.length;
  const listening = `sub=${session.channels.size} psub=${session.patterns.size}`;
  return `id=${session.id} name=${session.name} db=${session.db.index} ${listening} multi=${multi} resp=${session.protocol}\n`;
}

/** INFO: the few facts that clients ask for when they connect. */
export function describeServer(engine: RedisEngine): string {
  const keyspace = engine.databases.filter((db) => db.size > 0).map((db) => `db${db.index}:keys=${db.keys().length}`);
  return [
    '# Server',
    `redis_version:${REDIS_VERSION}`,
    'redis_mode:standalone',
    '# Clients',
    `connected_clients:${engine.sessions.size}`,
    '# Persistence',
    'loading:0',
    '# Replication',
    'role:master',
    'connected_slaves:0',
    '# Keyspace',
    ...keyspace,
    '',
  ].join('\r\n');
}
