import { LockClient } from 'holdfast';
import { postgresRowLock, postgresRowLockEnvelope } from 'holdfast/postgres';
import { defineLock, makePostgresTables } from 'holdfast/sim';

/** Our lock on PostgreSQL's row locks. */
export default defineLock({
  name: 'postgres-row',
  assumes: postgresRowLockEnvelope,
  needs: ['postgres'],
  setup: ({ postgres }) => makePostgresTables(postgres),
  create: (ports) => new LockClient(postgresRowLock(ports), ports),
});
