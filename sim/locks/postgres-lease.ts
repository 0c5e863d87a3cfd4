import { LockClient } from 'holdfast';
import { createPostgresSchema, postgresLeaseLock, postgresLeaseLockEnvelope } from 'holdfast/postgres';
import { defineLock } from 'holdfast/sim';

/** Our lease lock in a table of PostgreSQL. */
export default defineLock({
  name: 'postgres-lease',
  assumes: postgresLeaseLockEnvelope,
  needs: ['postgres'],
  async setup({ postgres }) {
    const schema = await createPostgresSchema({ postgres });
    if (schema.status !== 'ready') throw new Error(`the tables could not be made: ${schema.status}`);
  },
  create: (ports) => new LockClient(postgresLeaseLock(ports), ports),
});
