import { LockClient } from 'holdfast';
import { postgresAdvisoryLock, postgresAdvisoryLockEnvelope } from 'holdfast/postgres';
import { defineLock, makePostgresTables } from 'holdfast/sim';

/** Our lock on PostgreSQL's advisory locks. */
export default defineLock({
  name: 'postgres-advisory',
  assumes: postgresAdvisoryLockEnvelope,
  needs: ['postgres'],
  setup: ({ postgres }) => makePostgresTables(postgres),
  create: (ports) => new LockClient(postgresAdvisoryLock(ports), ports),
});
