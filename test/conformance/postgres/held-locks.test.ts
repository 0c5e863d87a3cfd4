import { Client } from 'pg';
import { servePostgresEngine } from '../../../sim/wire/postgres/serve-postgres-engine.js';
import { pgPort } from '../../../src/bindings/pg-postgres.js';
import { heldLocksSuite } from './held-locks.suite.js';

heldLocksSuite('the simulated PostgreSQL', async () => {
  const server = await servePostgresEngine({ port: 0 });
  const postgres = pgPort(() => new Client({ host: '127.0.0.1', port: server.port, user: 'postgres', password: 'none', database: 'postgres' }));
  const close = async (): Promise<void> => {
    postgres.close();
    await server.close();
  };
  return { postgres, close };
});
