import { createPostgresSchema } from '../src/inventory/postgres-schema.js';
import type { PostgresPort } from '../src/ports/postgres.js';

/** For the `setup` of locks and workloads on PostgreSQL: makes our tables where they are not there yet. Throws when they cannot be made. */
export async function makePostgresTables(postgres: PostgresPort): Promise<void> {
  const schema = await createPostgresSchema({ postgres });
  if (schema.status !== 'ready') throw new Error(`the tables could not be made: ${JSON.stringify(schema)}`);
}
