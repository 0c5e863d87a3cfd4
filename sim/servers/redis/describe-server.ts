import type { Keyspace } from './keyspace.js';
import type { RedisEngine } from './redis-engine.js';
import { REDIS_VERSION } from './version.js';

type Facts = Readonly<Record<string, string | number>>;

/** The sections of INFO in Redis's order, with the facts that clients ask for. */
const sections: Readonly<Record<string, (engine: RedisEngine) => Facts>> = {
  Server: (engine) => ({
    redis_version: REDIS_VERSION,
    redis_mode: 'standalone',
    arch_bits: 64,
    server_time_usec: engine.nowUs,
    uptime_in_seconds: engine.uptimeSeconds,
    uptime_in_days: Math.floor(engine.uptimeSeconds / SECONDS_A_DAY),
    executable: 'the simulated Redis of holdfast',
    config_file: '',
  }),
  Clients: (engine) => ({ connected_clients: engine.sessions.size, blocked_clients: 0 }),
  Memory: (engine) => ({ maxmemory: engine.configuration.value('maxmemory'), maxmemory_policy: engine.configuration.value('maxmemory-policy') }),
  Persistence: () => ({ loading: 0, async_loading: 0, rdb_bgsave_in_progress: 0, aof_enabled: 0, aof_rewrite_in_progress: 0 }),
  Stats: (engine) => ({ total_connections_received: engine.connectionsReceived, pubsub_channels: engine.channels.active().length }),
  Replication: () => ({ role: 'master', connected_slaves: 0, master_repl_offset: 0 }),
  CPU: () => ({}),
  Modules: () => ({}),
  Errorstats: () => ({}),
  Cluster: () => ({ cluster_enabled: 0 }),
  Keyspace: (engine) => Object.fromEntries(engine.databases.filter((db) => db.keys().length > 0).map((db) => [`db${db.index}`, describeKeyspace(db)])),
};

const SECONDS_A_DAY = 86_400;
const ALL = ['all', 'default', 'everything'];

/** INFO: all sections, or those that are named. */
export function describeServer(engine: RedisEngine, names: readonly string[]): string {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const all = wanted.size === 0 || ALL.some((name) => wanted.has(name));
  return Object.entries(sections)
    .filter(([name]) => all || wanted.has(name.toLowerCase()))
    .map(([name, facts]) => [`# ${name}`, ...Object.entries(facts(engine)).map(([fact, value]) => `${fact}:${value}`), ''].join('\r\n'))
    .join('\r\n');
}

function describeKeyspace(db: Keyspace): string {
  return `keys=${db.size},expires=${db.expiring},avg_ttl=${db.averageTtlMs}`;
}
