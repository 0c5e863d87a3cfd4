import type { RedisPort } from '../../src/ports/redis.js';
import type { ServerName } from '../define-workload.js';
import { UserInputError } from '../user-input-error.js';

/** What stands in for a server that neither workload nor lock said they need. */
export function absentRedis(server: ServerName, workload: string): RedisPort {
  const absent = (): never => {
    throw new UserInputError(`workload ${workload} uses context.${server}, but its needs do not list ${JSON.stringify(server)}`);
  };
  return { command: absent, eval: absent, session: absent, subscribe: absent };
}
