import type { PostgresPort } from '../../src/ports/postgres.js';
import type { RedisPort } from '../../src/ports/redis.js';
import type { ServerName } from '../define-workload.js';
import { UserInputError } from '../user-input-error.js';

/** What stands in for a Redis that neither workload nor lock said they need. */
export function absentRedis(server: ServerName, workload: string): RedisPort {
  const absent = complaint(server, workload);
  return { command: absent, eval: absent, session: absent, subscribe: absent };
}

/** The same for PostgreSQL. */
export function absentPostgres(workload: string): PostgresPort {
  const absent = complaint('postgres', workload);
  return { query: absent, session: absent, listen: absent };
}

const complaint = (server: ServerName, workload: string) => (): never => {
  throw new UserInputError(`workload ${workload} uses context.${server}, but its needs do not list ${JSON.stringify(server)}`);
};
