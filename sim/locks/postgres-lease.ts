import { LockClient } from 'holdfast';
import { postgresLeaseLock, postgresLeaseLockEnvelope } from 'holdfast/postgres';
import { defineLock, makePostgresTables } from 'holdfast/sim';

/** Our lease lock in a table of PostgreSQL. */
export default defineLock({
  name: 'postgres-lease',
  assumes: postgresLeaseLockEnvelope,
  needs: ['postgres'],
  setup: ({ postgres }) => makePostgresTables(postgres),
  create: (ports) => new LockClient(postgresLeaseLock(ports), ports),
});
